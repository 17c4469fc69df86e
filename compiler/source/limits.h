#pragma once

#include <cstddef>

namespace gate::compiler {

/// What one policy set may cost. Every bound has a diagnostic of its own (family G00xx) and is part
/// of the language's specification (`grammar/README.md`, "Limits"); tests lower them, nothing else
/// should.
struct Limits {
  std::size_t file_bytes_max = std::size_t{1} << 20U;  ///< bytes of one file
  std::size_t files_max = 131'072;                     ///< files of one set
  std::size_t set_bytes_max = std::size_t{1} << 27U;   ///< bytes of all files of one set
  std::size_t folder_entries_max = 262'144;            ///< entries looked at below one folder
  std::size_t imports_max = 1'024;                     ///< `import` declarations of one set
  std::size_t tokens_max = 2'000'000;                  ///< words and signs of one file
  std::size_t nesting_depth_max = 64;                  ///< open brackets, and `not` before `not`
  std::size_t string_bytes_max = 3'072;                ///< bytes of one string, quotes not counted
  std::size_t name_bytes_max = 128;                    ///< bytes of one name
  std::size_t members_max = 10'000;                    ///< members of one list, set or table
  std::size_t policies_max = 100'000;                  ///< policies of one set
  std::size_t errors_per_file_max = 20;                ///< errors shown for one file
};

}  // namespace gate::compiler
