// Golden files of tests/golden/sema and ir: what the whole compiler says of a set, and what it
// makes of it.

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "runtime/ir/text.h"
#include "runtime/ir/verify.h"
#include "runtime/set/build.h"
#include "runtime/set/state.h"
#include "tests/golden/golden_file.h"

namespace golden {
namespace {

gate::CompileOutput compile_golden(const GoldenFile& file) {
  gate::CompileOptions options;
  options.backend = gate::Backend::kInterpreter;
  options.today = file.options.today;
  options.lints = file.options.lints;
  options.facts = file.options.facts;
  return gate::compile(inputs(file), options);
}

std::string diagnostics_text(const gate::CompileOutput& output) {
  const std::string text = gate::render_text(output, false);
  return text.empty() ? "none\n" : text;
}

/// The text form, after it has been read back, verified and printed again to the same bytes.
std::string program_text(const gate::CompileOutput& output) {
  if (output.policies == nullptr) {
    return gate::render_text(output, false);
  }
  std::string text = gate::ir::print_text(gate::internal::state_of(*output.policies).program(),
                                          gate::ir::Sources::kLeaveOut);
  const auto again = gate::ir::parse_text(text);
  if (!again) {
    throw std::runtime_error("the text form does not parse back: " + again.error().message);
  }
  EXPECT_EQ(text, gate::ir::print_text(again.value(), gate::ir::Sources::kLeaveOut));
  const auto problem = gate::ir::verify(again.value());
  EXPECT_TRUE(problem.has_value()) << (problem ? "" : problem.error().message);
  return text;
}

Outcome produce(const GoldenFile& file, std::string_view usual) {
  const gate::CompileOutput output = compile_golden(file);
  GoldenFile now = file;
  if (std::all_of(now.sections.begin(), now.sections.end(), is_input)) {
    now.sections.push_back({std::string(usual), {}});
  }
  for (Section& section : now.sections) {
    if (section.heading == "diagnostics") {
      section.body = encode(diagnostics_text(output), file.options);
    } else if (section.heading == "ir") {
      section.body = encode(program_text(output), file.options);
    } else if (!is_input(section)) {
      throw std::runtime_error("there is no section `" + section.heading + "` here");
    }
  }
  return {join(now), output.has_errors()};
}

Outcome produce_sema(const GoldenFile& file) {
  return produce(file, "diagnostics");
}
Outcome produce_ir(const GoldenFile& file) {
  return produce(file, "ir");
}

const bool kGoldenSema = register_kind("GoldenSema", "sema", produce_sema);
const bool kGoldenIr = register_kind("GoldenIr", "ir", produce_ir);

}  // namespace
}  // namespace golden
