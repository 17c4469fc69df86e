#include <cstddef>
#include <cstdint>
#include <gate/policy_file.hpp>
#include <string_view>

#include "runtime/ir/binary.h"
#include "runtime/set/build.h"

// Once as a whole file, once as the payload of a file whose hashes are right: without the second
// nothing behind the hashes would ever be reached. What the verifier accepts must decide, explain
// and survive being saved and loaded.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)gate::load_policy_set(bytes);

  auto program = gate::ir::decode_binary(bytes);
  if (!program) {
    return 0;
  }
  auto set = gate::build_policy_set(std::move(*program));
  if (!set) {
    return 0;
  }
  gate::SignInFacts facts;
  facts.user = "amy";
  facts.groups = {"admins"};
  facts.target = "payments";
  facts.ip = "203.0.113.7";
  facts.now_unix_s = 1'720'000'000;
  const gate::SignInView view(facts);
  const gate::Decision decision = (*set)->evaluate(view.request());
  GATE_CHECK((*set)->explain(view.request()).decision == decision, "explain must agree");

  const auto file = gate::save_policy_set(**set);
  GATE_CHECK(file.has_value(), "what was loaded can be saved");
  const auto again = gate::load_policy_set(*file);
  GATE_CHECK(again.has_value(), "what was saved can be loaded");
  GATE_CHECK((*again)->digest() == (*set)->digest(), "the digest is kept");
  GATE_CHECK((*again)->evaluate(view.request()) == decision, "decisions are kept");
  return 0;
}
