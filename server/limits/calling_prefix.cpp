#include "server/limits/calling_prefix.h"

#include <algorithm>
#include <array>
#include <gate/result.hpp>

namespace gate::server {
namespace {

constexpr std::size_t kAreaCodeDigits = 3;
constexpr std::size_t kLongestCode = 3;

/// The country codes of two digits in "List of ITU-T Recommendation E.164 assigned country codes"
/// (annex to ITU Operational Bulletin 1114). Only 1 and 7 have one digit; every other code has
/// three. No code is a prefix of another.
constexpr std::array<std::string_view, 44> kTwoDigits = {
    "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46",
    "47", "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63",
    "64", "65", "66", "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98"};

}  // namespace

std::string_view calling_prefix(std::string_view number) {
  const std::string_view digits = number.substr(number.starts_with('+') ? 1 : 0);
  GATE_CHECK(digits.size() > 1 + kAreaCodeDigits, "a number that was not normalised");
  if (digits.front() == '1') {
    return digits.substr(0, 1 + kAreaCodeDigits);
  }
  if (digits.front() == '7') {
    return digits.substr(0, 1);
  }
  const bool two =
      std::find(kTwoDigits.begin(), kTwoDigits.end(), digits.substr(0, 2)) != kTwoDigits.end();
  return digits.substr(0, two ? 2 : kLongestCode);
}

}  // namespace gate::server
