#pragma once

#include <gate/compile.hpp>
#include <gate/result.hpp>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace gate::cli {

/// What a set declares that a sign-in given on the command line may name.
struct SetDeclarations {
  std::map<std::string, std::string, std::less<>> signals;   ///< name → type: "integer"
  std::map<std::string, std::string, std::less<>> contexts;  ///< name → id: "Payment" → "c1"
};

/// An error about the first name of the sign-in that the set does not know, and a warning for an
/// app that is nearly one that it knows. `policies` are what `files` compiled to. Cost: one parse,
/// and a copy of the program.
[[nodiscard]] Result<std::vector<std::string>> check_names(const std::vector<SourceFile>& files,
                                                           const PolicySet& policies,
                                                           const SignInFacts& facts);

/// Reads them from the files of a set that compiles. Cost: one parse.
[[nodiscard]] SetDeclarations declarations_of(const std::vector<SourceFile>& files);

}  // namespace gate::cli
