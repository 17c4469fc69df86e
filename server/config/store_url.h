#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "server/config/config.h"

namespace gate::server {

inline constexpr const char* kSqliteScheme = "sqlite:";

/// The file of an SQLite store; nothing when `store.url` names another store.
[[nodiscard]] std::optional<std::string> sqlite_file(const Config& config);

/// Why `store.url` cannot be used; empty when it can. A URL with a password is refused: the
/// configuration holds no secrets, so it may be printed. The text does not repeat the URL.
[[nodiscard]] std::string store_url_problem(std::string_view url);

}  // namespace gate::server
