#pragma once

#include <gate/result.hpp>
#include <memory>
#include <shared_mutex>
#include <string>
#include <vector>

#include "server/domain/tenant.h"
#include "server/message/template_folder.h"

namespace gate::server {

class Logger;
struct Config;

/// The templates of `delivery.templates_folder`, and everything that is wrong with them for these
/// tenants: files, languages that are not complete, two folders of one tenant.
[[nodiscard]] LoadedTemplates load_templates(const Config& config,
                                             const std::vector<Tenant>& tenants);

/// Keeps the templates in use. Safe from any thread.
class TemplateKeeper final : public MessageTexts {
 public:
  explicit TemplateKeeper(Logger& log) : log_(log) {}

  /// Reads the templates and uses them. kInvalidArgument: something is wrong with them, which the
  /// log says; the old ones stay in use.
  Result<void> load(const Config& config, const std::vector<Tenant>& tenants);
  [[nodiscard]] MessageText write(const MessageOrder& order) const override;

 private:
  Logger& log_;
  mutable std::shared_mutex mutex_;
  std::shared_ptr<const MessageTemplates> templates_;  ///< null: the built-in ones
};

}  // namespace gate::server
