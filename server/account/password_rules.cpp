#include "server/account/password_rules.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "server/crypto/secret.h"
#include "server/domain/password_text.h"
#include "server/domain/unicode.h"

namespace gate::server {
namespace {

constexpr std::size_t kDistinctMin = 4;
/// A password of two runs is `abcd1234`; words have more.
constexpr std::size_t kRunsMin = 3;
/// Digits and punctuation taken from both ends before a word is looked up: a date and a mark. Where
/// there are more, they carry the password themselves.
constexpr std::size_t kEndsMax = 9;
/// A word shorter than this is not what makes a password weak.
constexpr std::size_t kCoreMin = 4;
constexpr std::size_t kContextWordMin = 3;
constexpr std::size_t kContextWordsMax = 64;

/// A text that is wiped at its end.
struct Wiped {
  explicit Wiped(std::string made) : text(std::move(made)) {}
  Wiped(Wiped&&) = default;
  Wiped& operator=(Wiped&&) = default;
  Wiped(const Wiped&) = delete;
  Wiped& operator=(const Wiped&) = delete;
  ~Wiped() { wipe(text); }
  std::string text;
};

/// Code points that are wiped at the end.
struct WipedPoints {
  explicit WipedPoints(std::string_view text) : points(code_points_of(text)) {}
  WipedPoints(const WipedPoints&) = delete;
  WipedPoints& operator=(const WipedPoints&) = delete;
  ~WipedPoints() { wipe(points.data(), points.size() * sizeof(char32_t)); }
  std::vector<char32_t> points;
};

bool is_digit_or_mark(char c) {
  return (c >= ' ' && c <= '@') || (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

bool is_word_part(char c) {
  return !is_digit_or_mark(c) || (c >= '0' && c <= '9');
}

/// What a character of a word is often replaced by. `1`, `!` and `|` stand for i or for l.
char plain_letter(char c, char one) {
  switch (c) {
    case '0':
      return 'o';
    case '1':
    case '!':
    case '|':
      return one;
    case '3':
      return 'e';
    case '4':
    case '@':
      return 'a';
    case '5':
    case '$':
      return 's';
    case '6':
    case '9':
      return 'g';
    case '7':
    case '+':
      return 't';
    case '8':
      return 'b';
    default:
      return c;
  }
}

/// The readings of a folded password; all have the same size, so that one place is the same in all.
std::array<Wiped, 3> readings_of(const std::string& folded) {
  const auto read = [&folded](char one) {
    std::string text = folded;
    std::transform(text.begin(), text.end(), text.begin(),
                   [one](char c) { return plain_letter(c, one); });
    return Wiped(std::move(text));
  };
  return {Wiped(folded), read('i'), read('l')};
}

/// Too few different characters, or nothing but one or two sequences such as `abcd` and `9876`.
bool is_trivial(const std::vector<char32_t>& points) {
  std::array<char32_t, kDistinctMin> seen{};
  std::size_t distinct = 0;
  for (const char32_t point : points) {
    const auto end = seen.begin() + static_cast<std::ptrdiff_t>(distinct);
    if (distinct < kDistinctMin && std::find(seen.begin(), end, point) == end) {
      seen[distinct++] = point;
    }
  }
  std::size_t runs = 1;
  std::int64_t step = 2;  // not known yet
  for (std::size_t i = 1; i < points.size(); ++i) {
    const auto next =
        static_cast<std::int64_t>(points[i]) - static_cast<std::int64_t>(points[i - 1]);
    const bool sequence = next >= -1 && next <= 1;
    if (step == 2 && sequence) {
      step = next;
    } else if (next != step) {
      ++runs;
      step = 2;
    }
  }
  return distinct < kDistinctMin || runs < kRunsMin;
}

/// The shortest text that `text` is a repetition of: `abc` of `abcabc`.
std::string_view repeated_part(std::string_view text) {
  for (std::size_t size = 1; size <= text.size() / 2; ++size) {
    if (text.size() % size == 0 && text.substr(size) == text.substr(0, text.size() - size)) {
      return text.substr(0, size);
    }
  }
  return text;
}

/// How many characters at the beginning and the end of `text` are digits or punctuation.
struct Ends {
  std::size_t front = 0;
  std::size_t back = 0;
};

Ends ends_of(std::string_view text) {
  Ends ends;
  while (ends.front < text.size() && is_digit_or_mark(text[ends.front])) {
    ++ends.front;
  }
  while (ends.back < text.size() - ends.front &&
         is_digit_or_mark(text[text.size() - 1 - ends.back])) {
    ++ends.back;
  }
  return ends;
}

/// True if the list holds a reading of the password, whole or without digits and punctuation at its
/// ends, or what it repeats.
bool is_common(const Blocklist& list, const std::array<Wiped, 3>& readings) {
  const std::string& plain = readings[0].text;
  const Ends ends = ends_of(plain);
  for (const Wiped& reading : readings) {
    const std::string_view text = reading.text;
    if (list.holds(text) || list.holds(repeated_part(text))) {
      return true;
    }
    for (std::size_t front = 0; front <= ends.front && front <= kEndsMax; ++front) {
      for (std::size_t back = 0; back <= ends.back && front + back <= kEndsMax; ++back) {
        const std::string_view core = text.substr(front, text.size() - front - back);
        if (code_points_in(core) >= kCoreMin &&
            (list.holds(core) || list.holds(repeated_part(core)))) {
          return true;
        }
      }
    }
  }
  return false;
}

/// Adds the folded words of `text` that are long enough.
void add_words(std::set<std::string>& words, std::string_view text) {
  const std::string folded = fold(text).value_or("");
  std::size_t at = 0;
  while (at < folded.size() && words.size() < kContextWordsMax) {
    const auto part =
        std::find_if(folded.begin() + static_cast<std::ptrdiff_t>(at), folded.end(), is_word_part);
    const auto end = std::find_if_not(part, folded.end(), is_word_part);
    std::string word(part, end);
    if (code_points_in(word) >= kContextWordMin) {
      words.insert(std::move(word));
    }
    at = static_cast<std::size_t>(end - folded.begin());
  }
}

/// The local part, and the names of the domain but its last: `bank` of `bank.example`.
void add_address(std::set<std::string>& words, std::string_view address) {
  const std::size_t at = address.rfind('@');
  add_words(words, address.substr(0, at));
  if (at != std::string_view::npos) {
    const std::string_view domain = address.substr(at + 1);
    add_words(words, domain.substr(0, std::min(domain.rfind('.'), domain.size())));
  }
}

std::set<std::string> words_of(const PasswordRules& rules, const PasswordContext& context) {
  std::set<std::string> words;
  add_address(words, context.username);
  for (const std::string& address : context.addresses) {
    add_address(words, address);
  }
  add_words(words, context.display_name);
  add_words(words, context.tenant_name);
  for (const std::string& word : rules.product_words) {
    add_words(words, word);
  }
  return words;
}

/// How many code points of one reading belong to no word, and whether a word was found.
struct Rest {
  std::size_t size = 0;
  bool has_word = false;
};

Rest rest_of(std::string_view reading, const Ends& ends, const std::set<std::string>& words) {
  std::vector<bool> counts(reading.size(), true);
  Rest rest;
  for (const std::string& word : words) {
    for (std::size_t at = reading.find(word); at != std::string_view::npos;
         at = reading.find(word, at + 1)) {
      rest.has_word = true;
      std::fill_n(counts.begin() + static_cast<std::ptrdiff_t>(at), word.size(), false);
    }
  }
  for (std::size_t i = ends.front; i + ends.back < reading.size(); ++i) {
    const bool starts = (static_cast<unsigned char>(reading[i]) >> 6) != 2;
    rest.size += starts && counts[i] ? 1 : 0;
  }
  return rest;
}

/// True if words of the context carry the password.
bool is_of_context(const std::set<std::string>& words, const std::array<Wiped, 3>& readings) {
  const Ends ends = ends_of(readings[0].text);
  return std::any_of(readings.begin(), readings.end(), [&](const Wiped& reading) {
    const Rest rest = rest_of(reading.text, ends, words);
    return rest.has_word && rest.size < kPasswordLengthMin;
  });
}

PasswordFault fault_of_length(const PasswordRules& rules, std::string_view nfc) {
  const std::size_t length = code_points_in(nfc);
  if (length < std::max(rules.min_length, kPasswordLengthMin)) {
    return PasswordFault::kTooShort;
  }
  return length > kPasswordLengthMax ? PasswordFault::kTooLong : PasswordFault::kNone;
}

/// The rules that need nothing but lists in memory. `nfc` is of an accepted length.
PasswordFault fault_of_content(const PasswordRules& rules, const std::string& nfc,
                               const PasswordContext& context) {
  std::optional<std::string> folded = fold(nfc);
  if (!folded) {
    return PasswordFault::kInvalid;
  }
  const Wiped kept(std::move(*folded));
  if (is_trivial(WipedPoints(kept.text).points)) {
    return PasswordFault::kTooWeak;
  }
  const auto readings = readings_of(kept.text);
  return is_common(rules.blocklist, readings) || is_of_context(words_of(rules, context), readings)
             ? PasswordFault::kBanned
             : PasswordFault::kNone;
}

}  // namespace

std::string describe(PasswordFault fault, const PasswordRules& rules) {
  switch (fault) {
    case PasswordFault::kTooShort:
      return "the password has fewer than " + std::to_string(rules.min_length) + " characters";
    case PasswordFault::kTooLong:
      return "the password is longer than 256 characters";
    case PasswordFault::kTooWeak:
      return "the password is a sequence, or repeats few characters";
    case PasswordFault::kBanned:
      return "the password is common, is known to attackers, or is made of names of the account";
    case PasswordFault::kInvalid:
      return "the password is not valid UTF-8, or holds a control character";
    case PasswordFault::kNone:
      break;
  }
  return "";
}

Result<PasswordFault> check_password(const PasswordRules& rules, std::string_view password,
                                     const PasswordContext& context) {
  auto normal = normal_password(password);
  if (!normal) {
    return normal.error().code == ErrorCode::kLimitExceeded ? PasswordFault::kTooLong
                                                            : PasswordFault::kInvalid;
  }
  const Wiped nfc(std::move(*normal));
  if (holds_control(nfc.text)) {
    return PasswordFault::kInvalid;
  }
  if (const PasswordFault fault = fault_of_length(rules, nfc.text); fault != PasswordFault::kNone) {
    return fault;
  }
  const PasswordFault fault = fault_of_content(rules, nfc.text, context);
  if (fault != PasswordFault::kNone || !rules.breached) {
    return fault;
  }
  GATE_TRY(const bool breached, rules.breached->holds(sha1(as_bytes(nfc.text))));
  return breached ? PasswordFault::kBanned : PasswordFault::kNone;
}

Result<bool> is_leaked(const PasswordRules& rules, std::string_view password) {
  auto normal = rules.breached ? normal_password(password) : Result<std::string>(std::string());
  if (!rules.breached || !normal) {
    return false;
  }
  const Wiped nfc(std::move(*normal));
  return rules.breached->holds(sha1(as_bytes(nfc.text)));
}

}  // namespace gate::server
