#pragma once

#include <cstdint>
#include <gate/result.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "server/domain/channel.h"
#include "server/message/message_kind.h"

namespace gate::server {

/// A message as it is sent. `body` may hold a code: the owner wipes it.
struct MessageText {
  std::string subject;  ///< of mail; empty: that of `smtp.subject`
  std::string body;     ///< UTF-8, lines ended by LF
};

/// What placeholders stand for.
struct MessageValues {
  std::string_view code;  ///< empty in a message without a code
  std::int64_t minutes = 0;
  std::string_view tenant;  ///< its name
};

/// The text of one message with placeholders, checked. Immutable.
///
/// `{code}`, `{minutes}` and `{tenant}` are placeholders; `{{` and `}}` stand for braces. A mail
/// begins with `Subject: TEXT` and an empty line. A line ends in LF or CRLF; line ends at the end
/// of the file are dropped.
class MessageTemplate {
 public:
  static constexpr std::size_t kBytesMax = 16 * 1024;
  /// The parts of an SMS of which a text may consist with the longest code and a tenant name of
  /// kTenantNameAssumed characters. A longer name of a tenant makes more parts, and is sent.
  static constexpr std::size_t kSmsPartsMax = 2;
  static constexpr std::size_t kTenantNameAssumed = 32;
  static constexpr std::size_t kSubjectBytesMax = 200;

  /// kInvalidArgument, with line and column (`3:12: ...`): not UTF-8, a control character, an
  /// unknown placeholder or one that is not known there, a missing `{code}`, a code in a subject, a
  /// missing subject, an empty text, or an SMS of more than kSmsPartsMax parts.
  [[nodiscard]] static Result<MessageTemplate> parse(std::string_view text, MessageKind kind,
                                                     ChannelKind channel);

  /// No copy of the code is left behind but that in the result. Control characters of the tenant's
  /// name become blanks in the subject, which is cut to kSubjectBytesMax.
  [[nodiscard]] MessageText write(const MessageValues& values) const;

 private:
  friend class TemplateParser;
  struct Piece {
    enum class What : std::uint8_t { kText, kCode, kMinutes, kTenant };
    What what = What::kText;
    std::string text;  ///< of kText
  };
  using Pieces = std::vector<Piece>;
  static std::string join(const Pieces& pieces, const MessageValues& values);

  Pieces subject_;
  Pieces body_;
};

/// The number of SMS that the text takes: 160 characters of the GSM alphabet (3GPP TS 23.038), or
/// 70 UTF-16 units of any other text, in one; 153 or 67 in each of several.
[[nodiscard]] std::size_t sms_parts(std::string_view utf8);

}  // namespace gate::server
