#pragma once

#include <filesystem>
#include <gate/result.hpp>
#include <string>
#include <string_view>

namespace gate::cli {

/// The bytes of a file, or of standard input for "-". Pipes are read too. Errors name the path:
/// kNotFound, kUnavailable, kLimitExceeded beyond `bytes_max`.
[[nodiscard]] Result<std::string> read_input(const std::string& path, std::size_t bytes_max);

/// Puts `text` in the place of the file: written beside it, synchronised, then renamed, so that a
/// reader and a crash see the old text or the new one. Keeps the permissions of an existing file.
/// Error{kUnavailable} names the path.
[[nodiscard]] Result<void> replace_file(const std::filesystem::path& path, std::string_view text);

}  // namespace gate::cli
