#include <gate/gate_compile.h>

#include <algorithm>
#include <gate/compile.hpp>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include "runtime/c/border.h"

using namespace gate::c;

struct gate_compilation {
  std::shared_ptr<const gate::PolicySet> set;
  std::size_t errors = 0;
  std::size_t warnings = 0;
  std::string text;
  std::string json;
};

namespace {

/// The reader judges the date; only its range is checked here.
bool read_options(const gate_compile_options* from, gate::CompileOptions& to) {
  gate_compile_options o = gate_compile_options_new();
  if (from != nullptr && !read_struct(from, o)) {
    return false;
  }
  if (o.backend > GATE_BACKEND_NATIVE) {
    return false;
  }
  to.backend = static_cast<gate::Backend>(o.backend);
  to.keep_test_blocks = false;
  if ((o.today_day | o.today_month | o.today_year) == 0) {
    return true;
  }
  if (o.today_day < 1 || o.today_day > 31 || o.today_month < 1 || o.today_month > 12 ||
      o.today_year < 1 || o.today_year > 9999) {
    return false;
  }
  to.today =
      gate::Date{static_cast<std::int32_t>(o.today_year), static_cast<std::uint8_t>(o.today_month),
                 static_cast<std::uint8_t>(o.today_day)};
  return true;
}

std::size_t count(const gate::CompileOutput& output, gate::Severity severity) {
  return static_cast<std::size_t>(
      std::count_if(output.diagnostics.begin(), output.diagnostics.end(),
                    [severity](const gate::Diagnostic& d) { return d.severity == severity; }));
}

gate_status run(const gate_compile_options* options, gate_compilation** out, gate_error** error,
                auto compile_with) noexcept {
  return guarded(error, [&] {
    if (out == nullptr) {
      return fail(error, GATE_INVALID_ARGUMENT, "no place for the compilation was given");
    }
    *out = nullptr;
    gate::CompileOptions compile_options;
    if (!read_options(options, compile_options)) {
      return fail(error, GATE_INVALID_ARGUMENT, "gate_compile_options: wrong size, backend or day");
    }
    const gate::CompileOutput output = compile_with(compile_options);
    auto made = std::make_unique<gate_compilation>();
    made->set = output.policies;
    made->errors = count(output, gate::Severity::kError);
    made->warnings = count(output, gate::Severity::kWarning);
    made->text = gate::render_text(output, false);
    made->json = gate::render_json(output);
    *out = made.release();
    return gate_status{GATE_OK};
  });
}

}  // namespace

extern "C" {

gate_status gate_compile(const gate_source* files, size_t count,
                         const gate_compile_options* options, gate_compilation** compilation,
                         gate_error** error) {
  if (compilation != nullptr) {
    *compilation = nullptr;
  }
  const bool sense =
      (files != nullptr || count == 0) &&
      std::all_of(files, files + (files == nullptr ? 0 : count),
                  [](const gate_source& f) { return is_text(f.name) && is_text(f.text); });
  if (!sense) {
    return fail(error, GATE_INVALID_ARGUMENT, "gate_compile: NULL with a size");
  }
  return run(options, compilation, error, [&](const gate::CompileOptions& o) {
    std::vector<gate::SourceFile> sources;
    for (size_t i = 0; i < count; ++i) {
      sources.push_back({std::string(to_view(files[i].name)), std::string(to_view(files[i].text))});
    }
    return gate::compile(std::move(sources), o);
  });
}

gate_status gate_compile_folder(const char* folder, const gate_compile_options* options,
                                gate_compilation** compilation, gate_error** error) {
  return run(options, compilation, error, [&](const gate::CompileOptions& o) {
    return gate::compile_folder(folder == nullptr ? "" : folder, o);
  });
}

void gate_compilation_free(gate_compilation* compilation) {
  delete compilation;
}

gate_policy_set* gate_compilation_policy_set(const gate_compilation* compilation) {
  return compilation == nullptr || compilation->set == nullptr
             ? nullptr
             : new (std::nothrow) gate_policy_set{compilation->set};
}
size_t gate_compilation_error_count(const gate_compilation* compilation) {
  return compilation == nullptr ? 0 : compilation->errors;
}
size_t gate_compilation_warning_count(const gate_compilation* compilation) {
  return compilation == nullptr ? 0 : compilation->warnings;
}
gate_status gate_compile_native_file(const gate_policy_set* set, const gate_save_options* options,
                                     gate_bytes** bytes, gate_error** error) {
  return guarded(error, [&] {
    gate_save_options o = gate_save_options_new();
    if (bytes != nullptr) {
      *bytes = nullptr;
    }
    if (set == nullptr || bytes == nullptr ||
        (options != nullptr && (!read_struct(options, o) || !is_text(o.signing_key_pem)))) {
      return fail(error, GATE_INVALID_ARGUMENT,
                  "gate_compile_native_file: NULL, wrong size or text");
    }
    auto file = gate::build_native_policy_set(*set->set, {to_view(o.signing_key_pem)});
    if (!file) {
      return fail(error, file.error());
    }
    *bytes = new gate_bytes{std::move(*file)};
    return gate_status{GATE_OK};
  });
}
gate_str gate_compilation_text(const gate_compilation* compilation) {
  return to_c(compilation == nullptr ? std::string_view() : std::string_view(compilation->text));
}
gate_str gate_compilation_json(const gate_compilation* compilation) {
  return to_c(compilation == nullptr ? std::string_view() : std::string_view(compilation->json));
}
}
