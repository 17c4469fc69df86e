#pragma once

#include <cstdint>
#include <gate/policy_set.hpp>
#include <string>
#include <vector>

/// A decision in the words of the language, piece by piece. Pure; each call allocates its result.
namespace gate::cli {

/// "4h", "90s": the largest unit that gives a whole number.
[[nodiscard]] std::string duration_text(std::uint32_t seconds);

/// "sign_in_frequency 4h", "persistent_browser never" ..., as a `session` section spells them.
[[nodiscard]] std::vector<std::string> session_texts(const SessionControls& session);

/// The clauses of `clauses`, each as the author would write it, in the order of the set.
[[nodiscard]] std::vector<std::string> clause_texts(const PolicySet& policies,
                                                    const ClauseSet& clauses);

/// The methods of a set by name, in the order of the vocabulary.
[[nodiscard]] std::vector<std::string> method_texts(MethodSet methods);

/// A reason as a sentence without a full stop: "policy `CA001` asks for mfa, which is not met".
[[nodiscard]] std::string reason_text(const PolicySet& policies, const Reason& reason);

}  // namespace gate::cli
