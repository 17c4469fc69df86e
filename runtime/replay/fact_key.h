#pragma once

#include <gate/request.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace gate::replay {

/// Appends everything that `request` says to `key`: equal keys are decided alike by every set.
/// Without `with_time` the moment of the sign-in is left out, for sets that do not ask for it.
void append_key(const SignInRequest& request, bool with_time, std::string& key);

/// The user of the request at the front of a key.
[[nodiscard]] std::string_view user_of_key(std::string_view key);

/// A request over the bytes of a key, with the arrays of views that it needs. Used again and again.
class KeyedRequest {
 public:
  KeyedRequest() = default;
  KeyedRequest(const KeyedRequest&) = delete;
  KeyedRequest& operator=(const KeyedRequest&) = delete;

  /// Reads one request from the front of `key`, which is cut off. The bytes must stay where they
  /// are for as long as the request is used. Only of keys that append_key() made.
  const SignInRequest& read(std::string_view& key);

 private:
  SignInRequest request_;
  std::vector<std::string_view> texts_;
  std::vector<std::string_view> list_values_;
  std::vector<CompletedMethod> completed_;
  std::vector<SatisfiedControl> satisfied_;
  std::vector<StringFact> strings_;
  std::vector<ListFact> lists_;
  std::vector<SignalFact> signals_;
};

}  // namespace gate::replay
