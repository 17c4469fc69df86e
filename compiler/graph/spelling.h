#pragma once

#include <string>
#include <string_view>

/// Enumerators of Graph and their words in the policy language, both ways; "" when there is none.
/// Where the vocabulary of the runtime has the pair, it is taken from there.
namespace gate::graph {

enum class Vocabulary : unsigned char {
  kRisk,
  kInsiderRisk,
  kPlatform,
  kClient,
  kTransferMethod,
  kGuestKind,
  kMethod,
  kControl,
  kUserAction,
  kAppGroup,
  kPersistentBrowser,
  kCloudAppSecurity,
  kAccessEvaluation,
};

[[nodiscard]] std::string gate_word(Vocabulary vocabulary, std::string_view graph);
[[nodiscard]] std::string graph_word(Vocabulary vocabulary, std::string_view gate);

}  // namespace gate::graph
