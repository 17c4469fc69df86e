#include "tests/property/describe.h"

#include <fmt/format.h>

#include <vector>

namespace gate::property {
namespace {

std::string clauses(const ClauseSet& set) {
  return fmt::format("{:x} {:x} {:x} {:x}", set.words[3], set.words[2], set.words[1], set.words[0]);
}
std::vector<std::pair<std::string, std::string>> members(const Decision& d) {
  std::vector<std::pair<std::string, std::string>> m = {
      {"outcome", std::string(name(d.outcome))},
      {"error_code", fmt::format("{}", d.error_code)},
      {"reauthenticate", fmt::format("{}", d.reauthenticate)},
      {"applied_count", fmt::format("{}", d.applied_count)},
      {"second_factors", fmt::format("{:x}", d.second_factors.bits())},
      {"required", clauses(d.required)},
      {"unmet", clauses(d.unmet)},
      {"sign_in_frequency", fmt::format("{}", d.session.sign_in_frequency_s)},
      {"session flags", fmt::format("{}", d.session.flags)},
      {"reason_count", fmt::format("{}", d.reason_count)}};
  for (std::size_t i = 0; i < d.reason_count; ++i) {
    m.emplace_back(fmt::format("reason {}", i),
                   fmt::format("{} policy {} detail {}", name(d.reasons[i].code),
                               d.reasons[i].policy, d.reasons[i].detail));
  }
  return m;
}

}  // namespace

std::string difference(const char* first_name, const Decision& first, const char* second_name,
                       const Decision& second) {
  if (first == second) {
    return "";
  }
  std::string text;
  const auto a = members(first);
  const auto b = members(second);
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const std::string x = i < a.size() ? a[i].second : "-";
    const std::string y = i < b.size() ? b[i].second : "-";
    if (x != y) {
      text += fmt::format("{}: {} says {}, {} says {}\n", i < a.size() ? a[i].first : b[i].first,
                          first_name, x, second_name, y);
    }
  }
  return text.empty() ? "the session controls differ" : text;
}

}  // namespace gate::property
