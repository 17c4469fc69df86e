#pragma once

#include <array>
#include <gate/compile.hpp>
#include <gate/decision.hpp>
#include <gate/policy_set.hpp>
#include <map>
#include <string>
#include <vector>

namespace gate::reload {

/// Sign-ins that the variants of a set answer differently.
inline constexpr std::size_t kRequests = 4;

/// The policies of a folder after the `version`-th edit. Most edits change names and numbers alone;
/// every eighth also changes the form of a condition, so that machine code has to be generated.
[[nodiscard]] std::vector<SourceFile> files(std::size_t version);
/// The same with a mistake in it: it does not compile.
[[nodiscard]] std::vector<SourceFile> broken_files(std::size_t version);

/// f(request) for sign-in number `i`.
template <typename F>
auto with_request(std::size_t i, F f) {
  const std::string_view tellers[] = {"tellers"};
  const std::string_view admins[] = {"admins"};
  const SignalFact signals[] = {{"amount", static_cast<std::int64_t>(i) * 40 + 15}};
  SignInRequest request;
  request.user = "amy";
  request.target = i % 2 == 0 ? "app-1" : "app-2";
  request.groups = i < 2 ? std::span<const std::string_view>(tellers)
                         : std::span<const std::string_view>(admins);
  request.signals = signals;
  return f(request);
}

/// What the interpreter says of every variant, by digest.
using Answers = std::array<Decision, kRequests>;
class Oracle {
 public:
  explicit Oracle(std::size_t versions);
  /// Null for a digest of no variant.
  [[nodiscard]] const Answers* find(std::string_view digest) const;
  [[nodiscard]] std::size_t distinct() const { return answers_.size(); }

 private:
  std::map<std::string, Answers, std::less<>> answers_;
};

}  // namespace gate::reload
