#include "server/app/message_templates.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "server/config/config.h"
#include "server/log/log.h"

namespace gate::server {
namespace {

bool names(const Tenant& tenant, const std::string& folder) {
  return tenant.id == folder || tenant.domain == folder;
}

}  // namespace

LoadedTemplates load_templates(const Config& config, const std::vector<Tenant>& tenants) {
  LoadedTemplates loaded =
      load_templates(config.delivery_templates_folder, config.delivery_language);
  const std::vector<std::string> folders = loaded.templates.tenant_folders();
  for (const Tenant& tenant : tenants) {
    if (const auto whole = loaded.templates.check_tenant(tenant); !whole) {
      loaded.problems.push_back(whole.error().message);
    }
    const auto own = std::count_if(folders.begin(), folders.end(),
                                   [&tenant](const auto& folder) { return names(tenant, folder); });
    if (own > 1) {
      loaded.problems.push_back(fmt::format(
          "tenants/{} and tenants/{} are both there: keep one of them", tenant.id, tenant.domain));
    }
  }
  return loaded;
}

Result<void> TemplateKeeper::load(const Config& config, const std::vector<Tenant>& tenants) {
  LoadedTemplates loaded = load_templates(config, tenants);
  for (const std::string& problem : loaded.problems) {
    log_.error("message_template_refused",
               {{"folder", config.delivery_templates_folder}, {"problem", problem}});
  }
  if (!loaded.problems.empty()) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("`delivery.templates_folder`: {}", loaded.problems.front())};
  }
  for (const std::string& folder : loaded.templates.tenant_folders()) {
    if (std::none_of(tenants.begin(), tenants.end(),
                     [&folder](const Tenant& tenant) { return names(tenant, folder); })) {
      log_.warning("message_templates_of_no_tenant", {{"folder", folder}});
    }
  }
  auto next = std::make_shared<const MessageTemplates>(std::move(loaded.templates));
  const std::unique_lock lock(mutex_);
  templates_ = std::move(next);
  return {};
}

MessageText TemplateKeeper::write(const MessageOrder& order) const {
  std::shared_ptr<const MessageTemplates> templates;
  {
    const std::shared_lock lock(mutex_);
    templates = templates_;
  }
  return templates == nullptr ? built_in_templates().write(order) : templates->write(order);
}

}  // namespace gate::server
