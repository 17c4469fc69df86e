#include "compiler/graph/powershell.h"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <charconv>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "compiler/graph/fold.h"
#include "compiler/graph/object_reader.h"

namespace gate::graph {
namespace {

namespace json = boost::json;

/// "2026-01-10T08:00:00Z" of "/Date(1768032000000)/", with or without an offset, which changes how
/// the time would be shown and not which time it is.
std::optional<std::string> date_of(std::string_view text) {
  constexpr std::string_view kBefore = "/Date(";
  constexpr std::string_view kBehind = ")/";
  if (!text.starts_with(kBefore) || !text.ends_with(kBehind)) {
    return std::nullopt;
  }
  text.remove_prefix(kBefore.size());
  text.remove_suffix(kBehind.size());
  std::int64_t ms = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ms);
  constexpr std::int64_t kYear9999Ms = 253'402'300'799'999;
  const bool whole = end == text.data() + text.size() || *end == '+' || *end == '-';
  if (error != std::errc{} || !whole || ms < 0 || ms > kYear9999Ms) {
    return std::nullopt;
  }
  const std::chrono::sys_seconds at{std::chrono::seconds(ms / 1000)};
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(at - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

json::value* member(json::object& object, std::string_view key) {
  for (auto& entry : object) {
    if (equal_fold(entry.key(), key)) {
      return &entry.value();
    }
  }
  return nullptr;
}

void lift(json::object& object) {
  constexpr std::string_view kMore = "AdditionalProperties";
  auto* more = member(object, kMore);
  if (more == nullptr || !more->is_object()) {
    return;
  }
  const json::object inner = more->get_object();
  json::object twice;
  for (const auto& entry : inner) {
    auto* own = member(object, entry.key());
    if (own == nullptr) {
      object[entry.key()] = entry.value();
    } else if (is_blank(*own)) {
      *own = entry.value();
    } else if (*own != entry.value() && !is_blank(entry.value())) {
      twice[entry.key()] = entry.value();
    }
  }
  *member(object, kMore) = std::move(twice);
}

// NOLINTNEXTLINE(misc-no-recursion): the parser bounds the depth
void mend(json::value& value) {
  if (auto* array = value.if_array(); array != nullptr) {
    for (auto& each : *array) {
      mend(each);
    }
  } else if (auto* object = value.if_object(); object != nullptr) {
    lift(*object);
    for (auto& entry : *object) {
      mend(entry.value());
    }
  } else if (const auto* text = value.if_string(); text != nullptr) {
    if (auto date = date_of(*text)) {
      value = json::string(*date);
    }
  }
}

}  // namespace

json::value as_graph_writes(json::value document) {
  mend(document);
  return document;
}

}  // namespace gate::graph
