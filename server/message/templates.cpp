#include "server/message/templates.h"

#include <gate/export.hpp>

#include "server/domain/language.h"

namespace gate::server {
namespace {

constexpr std::string_view kBuiltInLanguage = "en";
/// The tenant of the built-in templates. No folder has this name.
constexpr std::string_view kBuiltIn = "/";

std::string file_name(MessageKind kind, ChannelKind channel) {
  return std::string(info_of(kind).name) + "." + std::string(name(channel)) + ".txt";
}

MessageTemplate built_in(const MessageKindInfo& info, ChannelKind channel) {
  // A mail without a subject of its own has that of the configuration, which is added when it is
  // sent, so the template is read as an SMS is.
  const bool has_subject = channel == ChannelKind::kEmail && !info.subject.empty();
  const std::string text =
      has_subject ? "Subject: " + std::string(info.subject) + "\n\n" + std::string(info.text)
                  : std::string(info.text);
  auto made = MessageTemplate::parse(text, info.kind,
                                     has_subject ? ChannelKind::kEmail : ChannelKind::kSms);
  GATE_CHECK(made.has_value(), "a built-in template is wrong");
  return std::move(*made);
}

}  // namespace

MessageTemplates::MessageTemplates(std::string default_language)
    : default_language_(std::move(default_language)) {
  for (const MessageKindInfo& info : kMessageKinds) {
    for (const ChannelKind channel : kChannelKinds) {
      if (is_sent_by(info.kind, channel)) {
        add(std::string(kBuiltIn), std::string(kBuiltInLanguage), info.kind, channel,
            built_in(info, channel));
      }
    }
  }
}

void MessageTemplates::add(const std::string& tenant, const std::string& language, MessageKind kind,
                           ChannelKind channel, MessageTemplate added) {
  templates_.insert_or_assign(Key{tenant, language, kind, channel}, std::move(added));
}

const MessageTemplate* MessageTemplates::find(const Tenant& tenant, std::string_view language,
                                              MessageKind kind, ChannelKind channel) const {
  // An empty id or domain would be the folder of all, which follows anyway.
  for (const std::string_view folder :
       {std::string_view(tenant.id), std::string_view(tenant.domain), std::string_view(),
        kBuiltIn}) {
    const auto found =
        templates_.find(Key{std::string(folder), std::string(language), kind, channel});
    if (found != templates_.end()) {
      return &found->second;
    }
  }
  return nullptr;
}

const MessageTemplate* MessageTemplates::find_broader(const Tenant& tenant,
                                                      std::string_view language, MessageKind kind,
                                                      ChannelKind channel) const {
  const MessageTemplate* found = nullptr;
  while (found == nullptr && !language.empty()) {
    found = find(tenant, language, kind, channel);
    language = broader_language(language);
  }
  return found;
}

Result<void> MessageTemplates::must_be_whole(const Tenant& tenant,
                                             const std::string& language) const {
  for (const MessageKindInfo& info : kMessageKinds) {
    for (const ChannelKind channel : kChannelKinds) {
      if (is_sent_by(info.kind, channel) &&
          find_broader(tenant, language, info.kind, channel) == nullptr) {
        return Error{ErrorCode::kInvalidArgument,
                     "there is no template " + language + "/" + file_name(info.kind, channel)};
      }
    }
  }
  return {};
}

Result<void> MessageTemplates::check() const {
  const auto whole = must_be_whole(Tenant(), default_language_);
  return whole ? whole
               : Error{ErrorCode::kInvalidArgument,
                       "the default language is not complete: " + whole.error().message};
}

Result<void> MessageTemplates::check_tenant(const Tenant& tenant) const {
  if (tenant.rules.language.empty()) {
    return {};
  }
  const auto whole = must_be_whole(tenant, tenant.rules.language);
  return whole
             ? whole
             : Error{ErrorCode::kInvalidArgument, "the language of tenant " + tenant.domain +
                                                      " is not complete: " + whole.error().message};
}

std::vector<std::string> MessageTemplates::tenant_folders() const {
  std::vector<std::string> folders;
  for (const auto& [key, value] : templates_) {
    const std::string& folder = std::get<0>(key);
    if (!folder.empty() && folder != kBuiltIn && (folders.empty() || folders.back() != folder)) {
      folders.push_back(folder);
    }
  }
  return folders;
}

MessageText MessageTemplates::write(const MessageOrder& order) const {
  const MessageTemplate* found = nullptr;
  const auto look = [&](std::string_view language) {
    if (found == nullptr) {
      found = find_broader(order.tenant, language, order.kind, order.channel);
    }
  };
  for (const std::string& language : order.languages) {
    look(language);
  }
  look(order.tenant.rules.language);
  look(default_language_);
  look(kBuiltInLanguage);
  GATE_CHECK(found != nullptr, "a message is sent by a channel that has no template");
  return found->write({.code = order.code, .minutes = order.minutes, .tenant = order.tenant.name});
}

const MessageTemplates& built_in_templates() {
  static const MessageTemplates kTemplates;
  return kTemplates;
}

}  // namespace gate::server
