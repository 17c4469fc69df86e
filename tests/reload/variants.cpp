#include "tests/reload/variants.h"

#include <fmt/format.h>

namespace gate::reload {

std::vector<SourceFile> files(std::size_t version) {
  std::string edited = fmt::format(
      "signal amount : integer default 0\n"
      "policy \"Large amounts {0}\" {{\n"
      "  users  include group \"{1}\"\n"
      "  target include all apps\n"
      "  when   amount >= {2}",
      version, version % 2 == 0 ? "tellers" : "admins", 20 + version % 5 * 30);
  for (std::size_t leaf = 0; leaf < version / 8 % 16; ++leaf) {
    edited += fmt::format(" and amount != {}", 1'000 + leaf);
  }
  edited +=
      "\n"
      "  grant  block\n"
      "}\n";
  std::vector<SourceFile> out;
  out.push_back({"edited.gate", std::move(edited)});
  out.push_back({"rest.gate", ""});
  for (std::size_t i = 0; i < 20; ++i) {
    out.back().text += fmt::format(
        "policy \"Group {0}\" {{\n"
        "  users  include group \"group-{0}\"\n"
        "  target include app \"app-{0}\"\n"
        "  grant  require mfa\n"
        "}}\n",
        i);
  }
  out.back().text += fmt::format(
      "policy \"Everybody\" {{\n"
      "  users  include all\n"
      "  target include app \"app-{}\"\n"
      "  grant  require mfa\n"
      "}}\n",
      1 + version % 3);
  return out;
}

std::vector<SourceFile> broken_files(std::size_t version) {
  std::vector<SourceFile> out = files(version);
  out.front().text += "policy \"half a";
  return out;
}

Oracle::Oracle(std::size_t versions) {
  for (std::size_t v = 0; v < versions; ++v) {
    const auto set = compile(files(v), {.backend = Backend::kInterpreter}).policies;
    GATE_CHECK(set != nullptr, "every variant compiles");
    Answers& answers = answers_[std::string(set->digest())];
    for (std::size_t i = 0; i < kRequests; ++i) {
      answers[i] = with_request(i, [&](const SignInRequest& r) { return set->evaluate(r); });
    }
  }
}

const Answers* Oracle::find(std::string_view digest) const {
  const auto it = answers_.find(digest);
  return it == answers_.end() ? nullptr : &it->second;
}

}  // namespace gate::reload
