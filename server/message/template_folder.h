#pragma once

#include <string>
#include <vector>

#include "server/message/templates.h"

namespace gate::server {

/// What a folder holds, and everything that is wrong with it. Use the templates only if there are
/// no problems.
struct LoadedTemplates {
  MessageTemplates templates;
  std::vector<std::string> problems;  ///< `de/sign_in_code.sms.txt:1:3: unknown placeholder ...`
};

/// Reads `<folder>/<language>/<message>.<email|sms>.txt`, and the same below
/// `<folder>/tenants/<id or domain>/`. Names that begin with `.` or end with `~` are left out;
/// every other name that means nothing is a problem. An empty `folder`: the built-in templates
/// alone.
[[nodiscard]] LoadedTemplates load_templates(const std::string& folder,
                                             const std::string& default_language);

}  // namespace gate::server
