#pragma once

#include <gate/compile.hpp>
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

/// Reads them from the files of a set that compiles. Cost: one parse.
[[nodiscard]] SetDeclarations declarations_of(const std::vector<SourceFile>& files);

}  // namespace gate::cli
