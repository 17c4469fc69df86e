#include <fmt/format.h>

#include "compiler/graph/export_context.h"
#include "compiler/graph/spelling.h"

namespace gate::graph {

namespace ast = compiler::ast;

namespace {

constexpr std::int64_t kHourS = 3600;
constexpr std::int64_t kDayS = 24 * kHourS;

Frequency frequency_of(const ast::Item& item, bool second_factor_only, ExportContext& context) {
  Frequency out;
  out.second_factor_only = second_factor_only;
  if (word_of(item, 1) == "every_time") {
    out.every_time = true;
    return out;
  }
  const auto* literal = ast::literal_at(item, 1);
  const auto seconds = literal == nullptr ? 0 : literal->value;
  if (seconds < kHourS || seconds % kHourS != 0) {
    context.refuse(item.span, "Graph counts a sign-in frequency in whole hours or days");
    return out;
  }
  // `24h` and `1d` are the same time and different policies: the author's unit is kept.
  out.days = seconds % kDayS == 0 && context.text_of(literal->span).ends_with('d');
  out.value = seconds / (out.days ? kDayS : kHourS);
  return out;
}

}  // namespace

Session export_session(const std::vector<ast::Item>& items, ExportContext& context) {
  Session out;
  for (const auto& item : items) {
    const auto control = word_of(item, 0);
    const auto value = word_of(item, 1);
    if (control == "sign_in_frequency") {
      if (out.frequency) {
        context.refuse(item.span, "a second sign-in frequency in one policy");
      }
      out.frequency = frequency_of(item, word_of(item, 2) == "second_factor", context);
    } else if (control == "persistent_browser") {
      out.persistent_browser = graph_word(Vocabulary::kPersistentBrowser, value);
    } else if (control == "cloud_app_security") {
      out.cloud_app_security = graph_word(Vocabulary::kCloudAppSecurity, value);
    } else if (control == "continuous_access_evaluation") {
      out.access_evaluation = graph_word(Vocabulary::kAccessEvaluation, value);
    } else if (control == "app_enforced_restrictions") {
      out.app_enforced = true;
    } else if (control == "disable_resilience_defaults") {
      out.disable_resilience = true;
    } else if (control == "secure_sign_in_session") {
      out.secure_sign_in = true;
    } else if (control == "filtering_profile") {
      out.filtering_profile = string_of(item, 1);
    } else if (control == "network_access_security") {
      out.network_access_security = string_of(item, 1);
    } else {
      context.refuse(item.span, fmt::format("session control `{}` is ours alone", control));
    }
  }
  return out;
}

}  // namespace gate::graph
