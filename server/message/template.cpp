#include "server/message/template.h"

#include <algorithm>
#include <gate/export.hpp>

#include "server/domain/settings.h"
#include "server/domain/unicode.h"

namespace gate::server {
namespace {

constexpr std::size_t kAlwaysOnTheHeap = 64;
constexpr std::string_view kSubjectField = "Subject: ";

// The GSM 7 bit default alphabet and its extension (3GPP TS 23.038 6.2.1), beside ASCII.
constexpr std::u32string_view kGsmBeyondAscii = U"@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà";
constexpr std::u32string_view kGsmExtension = U"^{}\\[~]|€";
constexpr char32_t kGraveAccent = U'`';  // the only printable ASCII character that GSM lacks

/// Septets of the character; 0: it is not in the alphabet.
std::size_t septets_of(char32_t c) {
  if (kGsmExtension.find(c) != std::u32string_view::npos) {
    return 2;
  }
  const bool ascii = c == U'\n' || (c >= U' ' && c < 0x7F && c != kGraveAccent);
  return ascii || kGsmBeyondAscii.find(c) != std::u32string_view::npos ? 1 : 0;
}

std::size_t parts_of(std::size_t units, std::size_t in_one, std::size_t in_each) {
  return units <= in_one ? 1 : (units + in_each - 1) / in_each;
}

/// Cuts the text between characters.
void cut_to(std::string& text, std::size_t bytes) {
  if (text.size() <= bytes) {
    return;
  }
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U) {
    --bytes;
  }
  text.resize(bytes);
}

/// Of C0, DEL and, in valid UTF-8, C1: U+0080 to U+009F begin with the byte C2.
std::string without_controls(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool c1 =
        byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (c1) {
      ++i;
    }
    out += byte < 0x20 || byte == 0x7F || c1 ? ' ' : text[i];
  }
  return out;
}

}  // namespace

std::size_t sms_parts(std::string_view utf8) {
  std::size_t septets = 0;
  std::size_t units = 0;
  bool is_gsm = true;
  for (const char32_t c : code_points_of(utf8)) {
    const std::size_t width = septets_of(c);
    is_gsm = is_gsm && width != 0;
    septets += width;
    units += c > 0xFFFF ? 2 : 1;
  }
  return is_gsm ? parts_of(septets, 160, 153) : parts_of(units, 70, 67);
}

/// Reads one template. The first error is kept.
class TemplateParser {
 public:
  TemplateParser(std::string_view text, const MessageKindInfo& kind, ChannelKind channel)
      : kind_(kind), channel_(channel) {
    text_.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n') {
        text_ += text[i];
      }
    }
    text_.erase(text_.find_last_not_of('\n') + 1);
  }

  Result<MessageTemplate> read() {
    MessageTemplate made;
    check_characters();
    std::size_t at = 0;
    if (channel_ == ChannelKind::kEmail) {
      at = read_subject(made.subject_);
    }
    made.body_ = read_pieces(at, text_.size(), false);
    if (at >= text_.size()) {
      fail(at, "the message has no text");
    }
    if (kind_.has_code && !has_code_) {
      fail(text_.size(), "the placeholder {code} is missing");
    }
    if (channel_ == ChannelKind::kSms && error_.empty()) {
      check_length(made);
    }
    return error_.empty() ? Result<MessageTemplate>(std::move(made))
                          : Error{ErrorCode::kInvalidArgument, error_};
  }

 private:
  using Piece = MessageTemplate::Piece;

  void fail(std::size_t at, const std::string& what) {
    if (!error_.empty()) {
      return;
    }
    const std::string_view before = std::string_view(text_).substr(0, at);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const std::size_t start = before.rfind('\n') + 1;  // npos + 1 is 0
    error_ = std::to_string(line) + ":" + std::to_string(1 + at - start) + ": " + what;
  }

  void check_characters() {
    if (text_.size() > MessageTemplate::kBytesMax) {
      fail(0, "the template is larger than 16 KiB");
      return;
    }
    if (!to_nfc(text_)) {
      fail(0, "the template is not UTF-8");
      return;
    }
    std::size_t begin = 0;
    while (begin <= text_.size()) {
      const std::size_t end = std::min(text_.find('\n', begin), text_.size());
      const std::string clean =
          without_controls(std::string_view(text_).substr(begin, end - begin));
      if (clean != std::string_view(text_).substr(begin, end - begin)) {
        const auto differs = std::mismatch(clean.begin(), clean.end(),
                                           text_.begin() + static_cast<std::ptrdiff_t>(begin));
        fail(begin + static_cast<std::size_t>(differs.first - clean.begin()),
             "a control character cannot be sent");
      }
      begin = end + 1;
    }
  }

  /// Where the body begins.
  std::size_t read_subject(MessageTemplate::Pieces& subject) {
    const std::size_t end = std::min(text_.find('\n'), text_.size());
    if (!text_.starts_with(kSubjectField) ||
        text_.find_first_not_of(' ', kSubjectField.size()) >= end) {
      fail(0, "a mail begins with the line `Subject: TEXT`");
    }
    if (end > kSubjectField.size() + MessageTemplate::kSubjectBytesMax) {
      fail(0, "the subject has more than 200 bytes");
    }
    if (text_.compare(end, 2, "\n\n") != 0) {
      fail(end, "an empty line follows the subject");
    }
    if (error_.empty()) {
      subject = read_pieces(kSubjectField.size(), end, true);
    }
    return std::min(end + 2, text_.size());
  }

  MessageTemplate::Pieces read_pieces(std::size_t at, std::size_t end, bool subject) {
    MessageTemplate::Pieces pieces;
    std::string literal;
    while (at < end && error_.empty()) {
      const char c = text_[at];
      if ((c == '{' || c == '}') && at + 1 < end && text_[at + 1] == c) {
        literal += c;
        at += 2;
      } else if (c == '}') {
        fail(at, "a single `}`; write `}}` for a brace");
      } else if (c != '{') {
        literal += c;
        ++at;
      } else {
        const std::size_t close = std::min(text_.find('}', at), end);
        if (close == end) {
          fail(at, "a `{` without `}`; write `{{` for a brace");
          break;
        }
        const Piece piece = placeholder(at, close + 1, subject);
        if (!literal.empty()) {
          pieces.push_back({Piece::What::kText, std::move(literal)});
          literal.clear();
        }
        pieces.push_back(piece);
        at = close + 1;
      }
    }
    if (!literal.empty()) {
      pieces.push_back({Piece::What::kText, std::move(literal)});
    }
    return pieces;
  }

  Piece placeholder(std::size_t at, std::size_t end, bool subject) {
    const std::string written = text_.substr(at, end - at);
    Piece piece;
    if (written == "{tenant}") {
      piece.what = Piece::What::kTenant;
    } else if (written == "{code}" && kind_.has_code && subject) {
      fail(at, "a subject is shown on locked screens: {code} belongs into the text");
    } else if (written == "{code}" && kind_.has_code) {
      has_code_ = true;
      piece.what = Piece::What::kCode;
    } else if (written == "{minutes}" && kind_.has_code && !subject) {
      piece.what = Piece::What::kMinutes;
    } else {
      fail(at, "unknown placeholder " + written + "; known here: " +
                   (kind_.has_code && !subject ? "{code}, {minutes}, {tenant}" : "{tenant}") +
                   "; write `{{` for a brace");
    }
    return piece;
  }

  void check_length(const MessageTemplate& made) {
    const std::string code(kCodeDigitsMax, '0');
    const std::string tenant(MessageTemplate::kTenantNameAssumed, 'n');
    const MessageText longest = made.write({.code = code, .minutes = 10, .tenant = tenant});
    const std::size_t parts = sms_parts(longest.body);
    if (parts > MessageTemplate::kSmsPartsMax) {
      fail(0, "too long for SMS: " + std::to_string(parts) + " parts, and at most " +
                  std::to_string(MessageTemplate::kSmsPartsMax) +
                  " are allowed, counted with the longest code and a tenant name of 32 characters");
    }
  }

  const MessageKindInfo& kind_;
  const ChannelKind channel_;
  std::string text_;
  std::string error_;
  bool has_code_ = false;
};

Result<MessageTemplate> MessageTemplate::parse(std::string_view text, MessageKind kind,
                                               ChannelKind channel) {
  return TemplateParser(text, info_of(kind), channel).read();
}

std::string MessageTemplate::join(const Pieces& pieces, const MessageValues& values) {
  const std::string minutes = std::to_string(values.minutes);
  const auto value_of = [&](const Piece& piece) -> std::string_view {
    switch (piece.what) {
      case Piece::What::kText:
        return piece.text;
      case Piece::What::kCode:
        return values.code;
      case Piece::What::kMinutes:
        return minutes;
      case Piece::What::kTenant:
        return values.tenant;
    }
    GATE_CHECK(false, "a piece of no kind");
  };
  std::size_t size = 0;
  for (const Piece& piece : pieces) {
    size += value_of(piece).size();
  }
  std::string text;
  // Growing would leave copies of the code behind, and so would moving a text that is kept in
  // place.
  text.reserve(std::max(size, kAlwaysOnTheHeap));
  for (const Piece& piece : pieces) {
    text += value_of(piece);
  }
  return text;
}

MessageText MessageTemplate::write(const MessageValues& values) const {
  MessageText text;
  text.subject = without_controls(join(subject_, values));
  cut_to(text.subject, kSubjectBytesMax);
  text.body = join(body_, values);
  return text;
}

}  // namespace gate::server
