#include <fmt/format.h>

#include <algorithm>

#include "compiler/graph/agents.h"
#include "compiler/graph/device_rule.h"
#include "compiler/graph/fold.h"
#include "compiler/graph/identifier.h"
#include "compiler/graph/object_reader.h"
#include "compiler/graph/spelling.h"
#include "compiler/graph/words.h"
#include "compiler/graph/write_gate.h"

namespace gate::graph {
namespace {

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') {
      c = static_cast<char>(c - 'a' + 'A');
    }
  }
  return out;
}

std::string location_items(const Location& location) {
  Strings items;
  for (const auto& range : location.ranges) {
    if (range.cidr.empty()) {
      continue;  // a placeholder: write_locations says so
    }
    items.push_back(
        fmt::format("{}ip {}", location.trusted ? "trusted " : "", gate_string(range.cidr)));
  }
  const std::string_view kind = location.by_gps ? "gps country" : "country";
  for (const auto& country : location.countries) {
    items.push_back(fmt::format("{} {}", kind, upper(country)));
  }
  if (location.unknown_countries) {
    items.push_back(fmt::format("{} unknown", kind));
  }
  return items.empty() ? "none" : join(items, ",\n  ");
}

/// `fido2(aaguid "…")`, `x509_multi_factor(issuer "…", policy_oid "…")`: the limits of one method.
std::string limited(std::string method, std::string_view mode, const std::string& combination,
                    const Strength& strength) {
  Strings parts;
  for (const auto& limit : strength.limits) {
    const bool fits = limit.aaguids.empty() ? mode.starts_with("x509Certificate") : mode == "fido2";
    if (!fits || std::ranges::none_of(limit.applies_to,
                                      [&](const auto& each) { return each == combination; })) {
      continue;
    }
    const auto add = [&](std::string_view word, const Strings& values) {
      for (const auto& value : values) {
        parts.push_back(fmt::format("{} {}", word, gate_string(value)));
      }
    };
    add("aaguid", limit.aaguids);
    add("issuer", limit.issuer_skis);
    add("policy_oid", limit.policy_oids);
  }
  return parts.empty() ? method : fmt::format("{}({})", method, join(parts));
}

std::string combination_text(const std::string& combination, const Strength& strength) {
  Strings methods;
  for (const auto mode : methods_of(combination)) {
    methods.push_back(limited(gate_word(Vocabulary::kMethod, mode), mode, combination, strength));
  }
  return "[" + join(methods) + "]";
}

}  // namespace

std::string join(const Strings& parts, std::string_view separator) {
  std::string out;
  for (const auto& part : parts) {
    if (!out.empty()) {
      out += separator;
    }
    out += part;
  }
  return out;
}

std::string doc_comment(std::string_view description) {
  std::string out;
  while (!description.empty()) {
    const auto end = description.find('\n');
    auto line = description.substr(0, end);
    while (line.ends_with('\r') || line.ends_with(' ')) {
      line.remove_suffix(1);
    }
    out += fmt::format("## {}\n", line);
    description = end == std::string_view::npos ? std::string_view{} : description.substr(end + 1);
  }
  return out;
}

/// The `##` line of what the set is called, where its identifier does not tell.
std::string called(const std::string& identifier, const std::string& display_name) {
  bool hides = has_control_character(display_name, false);
  for (std::size_t i = 0; i < display_name.size(); ++i) {
    hides = hides || turning_character(std::string_view(display_name).substr(i)) != 0;
  }
  return hides || display_name.empty() || says_the_same(identifier, display_name)
             ? std::string()
             : doc_comment(display_name);
}

std::string write_locations(const Symbols& symbols, Findings&) {
  std::string out;
  for (const auto& [name, location] : symbols.locations()) {
    for (const auto& range : location.ranges) {
      if (range.cidr.empty()) {
        out += fmt::format("# To be filled in: {}\n", gate_string(range.written));
      }
    }
    out += location.undefined ? std::string() : called(name, location.name);
    out += doc_comment(location.note);
    out += fmt::format("locations {} = {}\n", name, location_items(location));
  }
  return out;
}

std::string write_strengths(const Symbols& symbols) {
  std::string out;
  for (const auto& [name, strength] : symbols.strengths()) {
    Strings combinations;
    for (const auto& each : strength.combinations) {
      combinations.push_back(combination_text(each, strength));
    }
    out += called(name, strength.name);
    out += doc_comment(strength.description);
    out += fmt::format("strength {} = any of {}\n", name, join(combinations, ",\n  "));
  }
  return out;
}

std::string write_contexts(const Symbols& symbols) {
  std::string out;
  for (const auto& [name, context] : symbols.contexts()) {
    const auto hint = called(name, context.description);
    out += hint.empty() ? "" : doc_comment(context.description);
    out += fmt::format("context {} = {}{}\n", name, gate_string(context.id),
                       context.name.empty() ? "" : " " + gate_string(context.name));
  }
  return out;
}

std::string write_signals(const Model& model) {
  const auto used = [&](auto speaks_of) { return std::ranges::any_of(model.policies, speaks_of); };
  std::string out;
  const auto add = [&](bool wanted, std::string_view description, std::string_view signal,
                       std::string_view type) {
    if (wanted) {
      out += fmt::format("## {}\nsignal {} : {}\n", description, signal, type);
    }
  };
  add(used([](const Policy& p) { return !p.include.agent_users.empty(); }),
      "The user account is an agent's.", kAgentUser, "boolean default false");
  add(used([](const Policy& p) { return !p.include.agent_identities.empty(); }),
      "The service principal is an agent's identity.", kAgentIdentity, "boolean default false");
  add(used([](const Policy& p) { return !p.conditions.agent_risk.empty(); }),
      "Risk of the agent that signs in.", kAgentRisk,
      "one_of [none, low, medium, high] default none");
  add(used([](const Policy& p) { return !p.conditions.agent_contexts.empty(); }),
      "From where the agent's session was started.", kAgentContext, "string default \"\"");
  return out;
}

std::string write_directory(const Symbols& symbols) {
  std::string out;
  for (const auto& [name, entry] : symbols.directory_names()) {
    const auto id = gate_string(entry.id);
    out += called(name, entry.name);
    switch (entry.kind) {
      case DirectoryKind::kUser:
        out += fmt::format("users {} = user {}\n", name, id);
        break;
      case DirectoryKind::kGroup:
        out += fmt::format("users {} = group {}\n", name, id);
        break;
      case DirectoryKind::kRole:
        out += fmt::format("users {} = role {}\n", name, id);
        break;
      case DirectoryKind::kApp:
        out += fmt::format("apps {} = app {}\n", name, id);
        break;
      case DirectoryKind::kContext:  // write_contexts
      case DirectoryKind::kTerms:    // the language has no name for them
        break;
    }
  }
  return out;
}

}  // namespace gate::graph
