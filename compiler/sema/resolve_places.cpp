#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string>

#include "compiler/sema/names.h"
#include "compiler/sema/resolve_sets.h"
#include "compiler/sema/zones.h"

namespace gate::compiler::sema {
namespace {

constexpr std::string_view kPlaceWords[] = {"none", "ip", "trusted", "country", "gps"};
constexpr Expected kLocations{NameKind::kLocations, kPlaceWords, "a way to name a place", "ip"};

/// The address as 16 bytes, v4 mapped into v6, and how many bits its prefix may have.
std::optional<std::array<std::uint8_t, 16>> read_address(const std::string& text, bool& is_v4) {
  std::array<std::uint8_t, 16> bytes{};
  in_addr v4{};
  is_v4 = inet_pton(AF_INET, text.c_str(), &v4) == 1;
  if (is_v4) {
    bytes[10] = 0xFF;
    bytes[11] = 0xFF;
    std::memcpy(bytes.data() + 12, &v4, sizeof v4);
    return bytes;
  }
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) {
    return bytes;
  }
  return std::nullopt;
}

/// Clears the bits behind the prefix; true when there were none.
bool clear_host_bits(ir::Cidr& range) {
  bool clean = true;
  for (unsigned bit = range.prefix; bit < 128; ++bit) {
    const auto mask = static_cast<std::uint8_t>(1U << (7 - bit % 8));
    clean = clean && (range.address[bit / 8] & mask) == 0;
    range.address[bit / 8] = static_cast<std::uint8_t>(range.address[bit / 8] & ~mask);
  }
  return clean;
}

std::string spelled(const ir::Cidr& range, bool is_v4, unsigned prefix) {
  char text[INET6_ADDRSTRLEN] = {};
  if (is_v4) {
    inet_ntop(AF_INET, range.address.data() + 12, text, sizeof text);
  } else {
    inet_ntop(AF_INET6, range.address.data(), text, sizeof text);
  }
  return fmt::format("{}/{}", text, prefix);
}

}  // namespace

std::optional<ir::Cidr> read_cidr(std::string_view text, Span place,
                                  DiagnosticCollector& diagnostics) {
  const auto slash = text.find('/');
  const std::string address(text.substr(0, slash));
  bool is_v4 = false;
  const auto bytes =
      address.find('\0') == std::string::npos ? read_address(address, is_v4) : std::nullopt;
  if (!bytes) {
    diagnostics.report<Code::kBadAddress>(place, text, "the address is malformed");
    return std::nullopt;
  }
  const unsigned width = is_v4 ? 32 : 128;
  unsigned prefix = width;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), prefix);
    if (error != std::errc{} || end != digits.data() + digits.size() || prefix > width) {
      diagnostics.report<Code::kBadAddress>(
          place, text, fmt::format("the prefix length is a number from 0 to {}", width));
      return std::nullopt;
    }
  }
  ir::Cidr range{*bytes, static_cast<std::uint8_t>(prefix + 128 - width)};
  if (!clear_host_bits(range)) {
    const std::string mended = spelled(range, is_v4, prefix);
    diagnostics
        .report<Code::kBadAddress>(place, text,
                                   fmt::format("there are bits behind the prefix /{}", prefix))
        .fix(place, fmt::format("\"{}\"", mended), fmt::format("the range is `{}`", mended));
    return std::nullopt;
  }
  return range;
}

std::optional<std::array<char, 2>> read_country(const ast::Name& word,
                                                DiagnosticCollector& diagnostics) {
  const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; };
  const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (word.text.size() == 2 && is_capital(word.text[0]) && is_capital(word.text[1])) {
    const std::array<char, 2> code{word.text[0], word.text[1]};
    if (!is_assigned_country(code)) {
      auto report = diagnostics.report<Code::kUnassignedCountry>(word.span, word.text);
      if (word.text == "UK") {
        report.suggest(word.span, "GB");
      }
    }
    return code;
  }
  auto report = diagnostics.report<Code::kBadCountry>(word.span, word.text);
  if (word.text.size() == 2 && is_capital(upper(word.text[0])) && is_capital(upper(word.text[1]))) {
    report.suggest(word.span, std::string{upper(word.text[0]), upper(word.text[1])});
  }
  return std::nullopt;
}

std::optional<Places> SetResolver::places(std::span<const ast::Item> items) {
  Places out;
  bool good = true;
  for (const ast::Item& item : items) {
    good = refuse_modifiers(item, *diagnostics_) && add_place(item, out) && good;
  }
  warn_of_repeats(items);
  return good ? std::optional(std::move(out)) : std::nullopt;
}

bool SetResolver::add_country(ItemReader& reader, const ast::Name& head, Places& into) {
  const bool gps = head.text == "gps";
  const ast::Name* by = gps ? reader.word_after(head, "`country` and two capital letters") : &head;
  if (by != nullptr && by->text != "country") {
    diagnostics_->report<Code::kUnknownWord>(by->span, by->text, "told by GPS: only `country` is")
        .suggest(by->span, "country");
    return false;
  }
  const ast::Name* word =
      by == nullptr ? nullptr : reader.word_after(*by, "two capital letters, or `unknown`");
  if (word == nullptr || !reader.finish()) {
    return false;
  }
  const bool unknown = word->text == "unknown";
  if (unknown && !gps) {
    into.unknown_country = true;
    return true;
  }
  if (unknown) {
    into.gps_countries.emplace_back("unknown");
    return true;
  }
  const auto country = read_country(*word, *diagnostics_);
  if (country && gps) {
    into.gps_countries.emplace_back(word->text);
  } else if (country) {
    into.countries.push_back(*country);
  }
  return country.has_value();
}

bool SetResolver::add_place(const ast::Item& item, Places& into) {
  ItemReader reader(item, *diagnostics_);
  const ast::Name* head = reader.word();
  if (head == nullptr) {
    report_unknown(item, kLocations, *symbols_, *diagnostics_);
    return false;
  }
  if (head->text == "none") {
    return reader.finish();
  }
  const bool trusted = head->text == "trusted";
  if (trusted && item.atoms.size() == 1) {
    into.trusted = true;
    return reader.finish();
  }
  if (trusted || head->text == "ip") {
    const ast::Name* word = trusted ? reader.word_after(*head, "`ip` and a range") : head;
    if (word != nullptr && word->text != "ip") {
      diagnostics_->report<Code::kUnknownWord>(word->span, word->text,
                                               "a place that can be trusted: only `ip` can");
      return false;
    }
    const auto text = word == nullptr
                          ? std::nullopt
                          : reader.string_after(*word, "an address or range in quotation marks");
    if (!text || !reader.finish()) {
      return false;
    }
    const auto range = read_cidr(*text, span_of(item.atoms.back()), *diagnostics_);
    if (range) {
      (trusted ? into.trusted_ranges : into.ranges).push_back(*range);
    }
    return range.has_value();
  }
  if (head->text == "country" || head->text == "gps") {
    return add_country(reader, *head, into);
  }
  if (symbols_->find(head->text) == nullptr) {
    report_unknown(item, kLocations, *symbols_, *diagnostics_);
    return false;
  }
  const Declared* set = find_declared(*head, kLocations, *symbols_, *diagnostics_);
  if (set == nullptr || !reader.finish() || places_of(*set) == nullptr) {
    return false;
  }
  into.named.push_back(set);
  return true;
}

}  // namespace gate::compiler::sema
