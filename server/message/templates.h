#pragma once

#include <gate/result.hpp>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "server/domain/tenant.h"
#include "server/message/template.h"

namespace gate::server {

/// A message to be written.
struct MessageOrder {
  const Tenant& tenant;
  MessageKind kind = MessageKind::kSignInCode;
  ChannelKind channel = ChannelKind::kEmail;
  /// That the reader prefers, the best first, as language tags. Others are left out.
  std::span<const std::string> languages;
  std::string_view code;  ///< empty where the kind has none
  std::int64_t minutes = 0;
};

/// The port to the texts of messages. Safe from any number of threads.
struct MessageTexts {
  MessageTexts() = default;
  MessageTexts(const MessageTexts&) = delete;
  MessageTexts& operator=(const MessageTexts&) = delete;
  virtual ~MessageTexts() = default;
  [[nodiscard]] virtual MessageText write(const MessageOrder& order) const = 0;
};

/// The templates of all languages and tenants. The built-in ones are English and complete, and come
/// last. Immutable once it is filled.
class MessageTemplates {
 public:
  /// `default_language`: where neither reader nor tenant names one that is there.
  explicit MessageTemplates(std::string default_language = "en");

  /// `tenant`: the folder, an id or a domain; empty: for all. Adds or replaces.
  void add(const std::string& tenant, const std::string& language, MessageKind kind,
           ChannelKind channel, MessageTemplate added);

  /// kInvalidArgument names the first template that the default language lacks. Without it, readers
  /// would get messages in English where the operator wrote another language.
  [[nodiscard]] Result<void> check() const;
  /// The same of the language of a tenant.
  [[nodiscard]] Result<void> check_tenant(const Tenant& tenant) const;
  /// The folders of tenants, sorted.
  [[nodiscard]] std::vector<std::string> tenant_folders() const;

  /// In the first language of the reader for which there is a template of the tenant or of all, by
  /// the look-up of RFC 4647 3.4 (`de-at`, then `de`), else in the tenant's language, else in the
  /// default language.
  [[nodiscard]] MessageText write(const MessageOrder& order) const;

 private:
  using Key = std::tuple<std::string, std::string, MessageKind, ChannelKind>;
  [[nodiscard]] const MessageTemplate* find(const Tenant& tenant, std::string_view language,
                                            MessageKind kind, ChannelKind channel) const;
  [[nodiscard]] const MessageTemplate* find_broader(const Tenant& tenant, std::string_view language,
                                                    MessageKind kind, ChannelKind channel) const;
  [[nodiscard]] Result<void> must_be_whole(const Tenant& tenant, const std::string& language) const;

  std::string default_language_;
  std::map<Key, MessageTemplate> templates_;
};

/// The built-in English templates.
[[nodiscard]] const MessageTemplates& built_in_templates();

}  // namespace gate::server
