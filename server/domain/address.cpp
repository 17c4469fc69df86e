#include "server/domain/address.h"

#include <algorithm>

#include "server/crypto/encoding.h"
#include "server/crypto/hmac.h"

namespace gate::server {
namespace {

constexpr std::size_t kLocalPartBytesMax = 64;
constexpr std::size_t kPhoneDigitsMin = 8;
constexpr std::size_t kPhoneDigitsMax = 15;
constexpr std::string_view kSpecials = "()<>[]:;\\,\"";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
    text.remove_suffix(1);
  }
  return text;
}

/// The mailbox behind a mail address: the address without the parts that do not change the mailbox.
std::string mailbox_of(std::string_view address) {
  const std::size_t at = address.find('@');
  std::string_view local = address.substr(0, at);
  std::string_view domain = at == std::string_view::npos ? "" : address.substr(at + 1);
  if (const std::size_t tag = local.find('+'); tag != 0 && tag != std::string_view::npos) {
    local = local.substr(0, tag);
  }
  std::string mailbox(local);
  if (domain == "gmail.com" || domain == "googlemail.com") {
    std::erase(mailbox, '.');
    domain = "gmail.com";
  }
  return mailbox.append("@").append(domain);
}

/// Shows the first and last character, and never more than a third of the text.
std::string mask_part(std::string_view part) {
  if (part.size() < 3) {
    return std::string(part.size(), '*');
  }
  std::string masked(part.size(), '*');
  masked.front() = part.front();
  if (part.size() >= 5) {
    masked.back() = part.back();
  }
  return masked;
}

}  // namespace

std::optional<std::string> normalize_email(std::string_view text) {
  text = trim(text);
  const std::size_t at = text.find('@');
  if (text.size() > kAddressBytesMax || at == std::string_view::npos || at == 0 ||
      text.find('@', at + 1) != std::string_view::npos) {
    return std::nullopt;
  }
  const std::string_view domain = text.substr(at + 1);
  const std::size_t dot = domain.find('.');
  if (dot == std::string_view::npos || dot == 0 || domain.back() == '.' ||
      domain.find("..") != std::string_view::npos) {
    return std::nullopt;
  }
  std::string normal;
  normal.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7F || kSpecials.find(c) != std::string_view::npos) {
      return std::nullopt;
    }
    normal.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return normal;
}

bool is_mail_address(std::string_view address) noexcept {
  const std::size_t at = address.find('@');
  if (address.size() > kAddressBytesMax || at == std::string_view::npos || at == 0 ||
      at > kLocalPartBytesMax || at + 1 == address.size() ||
      address.find('@', at + 1) != std::string_view::npos || address.front() == '-') {
    return false;
  }
  return std::all_of(address.begin(), address.end(), [](char c) {
    constexpr std::string_view kEnding = "<>()[]\\,;:\"";
    return c > 0x20 && c < 0x7f && kEnding.find(c) == std::string_view::npos;
  });
}

std::optional<std::string> normalize_phone(std::string_view text) {
  text = trim(text);
  if (text.empty() || text.front() != '+' || text.size() > kAddressBytesMax) {
    return std::nullopt;
  }
  std::string normal = "+";
  for (const char c : text.substr(1)) {
    if (is_digit(c)) {
      normal.push_back(c);
    } else if (c != ' ' && c != '-' && c != '.' && c != '(' && c != ')') {
      return std::nullopt;
    }
  }
  const std::size_t digits = normal.size() - 1;
  if (digits < kPhoneDigitsMin || digits > kPhoneDigitsMax || normal[1] == '0') {
    return std::nullopt;
  }
  return normal;
}

std::optional<std::string> normalize_address(ChannelKind kind, std::string_view text) {
  switch (kind) {
    case ChannelKind::kEmail:
      return normalize_email(text);
    case ChannelKind::kSms:
      return normalize_phone(text);
  }
  return std::nullopt;
}

bool same_place(ChannelKind kind, std::string_view a, std::string_view b) {
  return kind == ChannelKind::kEmail ? mailbox_of(a) == mailbox_of(b) : a == b;
}

std::string mask_address(ChannelKind kind, std::string_view address) {
  if (kind == ChannelKind::kSms) {
    std::string masked(address);
    // The first digit and the last two are shown, so that the owner can recognise the number.
    for (std::size_t i = 2; i + 2 < masked.size(); ++i) {
      masked[i] = '*';
    }
    return masked;
  }
  const std::size_t at = address.find('@');
  if (at == std::string_view::npos) {
    return mask_part(address);
  }
  const std::string_view domain = address.substr(at + 1);
  const std::size_t dot = domain.rfind('.');
  std::string masked = mask_part(address.substr(0, at)) + "@";
  masked += mask_part(domain.substr(0, dot));
  if (dot != std::string_view::npos) {
    masked += domain.substr(dot);
  }
  return masked;
}

std::string channel_id_of(std::string_view tenant_id, std::string_view user_id, ChannelKind kind,
                          std::string_view address) {
  std::string text(tenant_id);
  text.append("\n").append(user_id);
  text.append(kind == ChannelKind::kEmail ? "\nemail\n" : "\nsms\n").append(address);
  const Digest digest = sha256(as_bytes(text));
  return hex(ByteSpan(digest).first(16));
}

}  // namespace gate::server
