#include "compiler/sema/lowering.h"

#include <algorithm>

#include "compiler/diagnostics/suggest.h"
#include "compiler/sema/fact_schema.h"
#include "compiler/sema/zones.h"

namespace gate::compiler::sema {
namespace {

ir::SymbolKind symbol_kind(Principals::Kind kind) {
  switch (kind) {
    case Principals::Kind::kUser:
      return ir::SymbolKind::kUser;
    case Principals::Kind::kGroup:
      return ir::SymbolKind::kGroup;
    case Principals::Kind::kRole:
      return ir::SymbolKind::kRole;
    case Principals::Kind::kServicePrincipal:
      return ir::SymbolKind::kServicePrincipal;
  }
  return ir::SymbolKind::kUser;
}

ir::SymbolKind symbol_kind(TargetKind kind) {
  switch (kind) {
    case TargetKind::kApp:
      return ir::SymbolKind::kApp;
    case TargetKind::kUserAction:
      return ir::SymbolKind::kUserAction;
    case TargetKind::kAuthContext:
      return ir::SymbolKind::kAuthContext;
  }
  return ir::SymbolKind::kApp;
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

void sort_unique(std::vector<std::uint32_t>& ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

}  // namespace

Lowering::Lowering(const Symbols& symbols_in, const SourceMap& sources_in, const Limits& limits_in,
                   ir::ProgramBuilder& builder_in, DiagnosticCollector& diagnostics_in)
    : symbols(symbols_in),
      sources(sources_in),
      limits(limits_in),
      diagnostics(diagnostics_in),
      sets(symbols_in, diagnostics_in),
      builder(builder_in) {}

std::vector<ir::Zone> Lowering::zones() const {
  std::vector<ir::Zone> out;
  for (const auto& [name, zone] : zones_) {
    if (zone) {
      out.push_back(*zone);
    }
  }
  return out;
}

ir::SymbolId Lowering::symbol(ir::SymbolKind kind, std::string_view name) {
  return builder.symbol(kind, name);
}

ir::PrincipalSet Lowering::principal_set(const Principals& who) {
  ir::PrincipalSet out;
  out.all_users = who.all_users;
  out.all_service_principals = who.all_service_principals;
  out.members.reserve(who.members.size());
  for (const Principals::Member& member : who.members) {
    out.members.push_back(symbol(symbol_kind(member.kind), member.id));
  }
  for (const Principals::Guests& guests : who.guests) {
    ir::GuestSelector selector{guests.kinds, {}};
    for (const std::string_view tenant : guests.tenants) {
      selector.tenants.push_back(symbol(ir::SymbolKind::kTenant, tenant));
    }
    out.guests.push_back(std::move(selector));
  }
  return out;
}

ir::AppSet Lowering::app_set(const Apps& apps) {
  ir::AppSet out;
  for (const std::string_view app : apps.apps) {
    out.members.push_back(symbol(ir::SymbolKind::kApp, app));
  }
  for (const std::string_view group : apps.groups) {
    out.members.push_back(symbol(ir::SymbolKind::kAppGroup, group));
  }
  return out;
}

ir::TargetSet Lowering::target_set(const Targets& targets) {
  ir::TargetSet out;
  out.kind = targets.kind.value_or(TargetKind::kApp);
  out.all = targets.all;
  for (const std::string_view member : targets.members) {
    out.members.push_back(symbol(symbol_kind(out.kind), member));
  }
  for (const std::string_view group : targets.groups) {
    out.members.push_back(symbol(ir::SymbolKind::kAppGroup, group));
  }
  return out;
}

std::vector<std::uint32_t> Lowering::own_locations(const Places& places, std::string_view name) {
  std::vector<std::uint32_t> out;
  const bool plain = !places.ranges.empty() || !places.countries.empty() || places.unknown_country;
  const bool empty = !plain && places.trusted_ranges.empty() && places.gps_countries.empty() &&
                     places.named.empty() && !places.trusted;
  if (plain || empty) {
    ir::Location location;
    location.name = name;
    location.ranges = places.ranges;
    location.countries = places.countries;
    location.unknown_country = places.unknown_country;
    out.push_back(builder.location(std::move(location)));
  }
  if (!places.trusted_ranges.empty()) {
    ir::Location location;
    location.name = name;
    location.trusted = true;
    location.ranges = places.trusted_ranges;
    out.push_back(builder.location(std::move(location)));
  }
  return out;
}

// NOLINTNEXTLINE(misc-no-recursion): a chain of named sets, without cycles
ResolvedLocations Lowering::resolved_locations(const Places& places, std::string_view name) {
  ResolvedLocations out{own_locations(places, name), places.gps_countries};
  for (const Declared* set : places.named) {
    const ResolvedLocations& more = resolved_locations_of(*set);
    out.locations.insert(out.locations.end(), more.locations.begin(), more.locations.end());
    out.gps_countries.insert(out.gps_countries.end(), more.gps_countries.begin(),
                             more.gps_countries.end());
  }
  if (places.trusted) {
    const auto& ids = trusted_locations();
    out.locations.insert(out.locations.end(), ids.begin(), ids.end());
  }
  sort_unique(out.locations);
  return out;
}

// NOLINTNEXTLINE(misc-no-recursion)
const ResolvedLocations& Lowering::resolved_locations_of(const Declared& set) {
  if (const auto found = resolved_locations_.find(&set); found != resolved_locations_.end()) {
    return found->second;
  }
  const Places* places = sets.places_of(set);
  return resolved_locations_
      .emplace(&set,
               places != nullptr ? resolved_locations(*places, set.name) : ResolvedLocations{})
      .first->second;
}

const std::vector<std::uint32_t>& Lowering::trusted_locations() {
  trusted_asked = true;
  symbols.ask_for_trusted();
  if (!trusted_) {
    trusted_.emplace();
    for (const Declared& each : symbols.all()) {
      const Places* places =
          each.kind == NameKind::kLocations && each.set != nullptr ? sets.places_of(each) : nullptr;
      if (places != nullptr && !places->trusted_ranges.empty()) {
        Places only;
        only.trusted_ranges = places->trusted_ranges;
        const auto ids = own_locations(only, each.name);
        trusted_->insert(trusted_->end(), ids.begin(), ids.end());
      }
    }
    sort_unique(*trusted_);
  }
  return *trusted_;
}

std::uint32_t Lowering::int_slot(const Declared& signal) {
  const auto [it, fresh] = slot_ids_.try_emplace(&signal, 0);
  if (fresh) {
    it->second = builder.int_slot(
        {std::string(signal.name), true, signal.signal.has_default, signal.signal.default_integer});
  }
  return it->second;
}

std::uint32_t Lowering::bool_slot(const Declared& signal) {
  const auto [it, fresh] = slot_ids_.try_emplace(&signal, 0);
  if (fresh) {
    it->second = builder.bool_slot(
        {std::string(signal.name), signal.signal.has_default, signal.signal.default_integer != 0});
  }
  return it->second;
}

std::uint32_t Lowering::string_slot(const Declared& signal) {
  const auto [it, fresh] = slot_ids_.try_emplace(&signal, 0);
  if (fresh) {
    it->second = builder.string_slot(
        {std::string(signal.name), true, signal.signal.has_default, signal.signal.default_text});
  }
  return it->second;
}

std::optional<std::uint32_t> Lowering::zone(std::string_view name, Span place) {
  const ir::Zone* data = zone_data(name, place);
  if (data == nullptr) {
    return std::nullopt;
  }
  const auto [it, fresh] = zone_ids_.try_emplace(data->name, 0);
  if (fresh) {
    it->second = builder.zone(*data);
  }
  return it->second;
}

const ir::Zone* Lowering::zone_data(std::string_view name, Span place) {
  const auto [it, fresh] = zones_.try_emplace(std::string(name));
  if (fresh) {
    it->second = read_zone(name);
  }
  if (!it->second) {
    auto report = diagnostics.report<Code::kUnknownTimeZone>(place, name);
    const auto names = zone_names();
    const auto same_city = std::ranges::find_if(names, [name](const std::string& each) {
      return each.size() > name.size() && each.ends_with(name) &&
             each[each.size() - name.size() - 1] == '/';
    });
    const std::vector<std::string_view> candidates(names.begin(), names.end());
    const std::string_view best =
        same_city != names.end() ? std::string_view(*same_city) : nearest(name, candidates);
    if (names.size() < 2) {
      report.note("the time zone database (tzdata) is not installed");
    } else if (!best.empty()) {
      report.fix(place, fmt::format("\"{}\"", best), fmt::format("did you mean `{}`?", best));
    }
  }
  return it->second ? &*it->second : nullptr;
}

std::optional<MethodSet> Lowering::restricted(const ast::Item& item, Method method) {
  ir::MethodRestriction out;
  out.method = method;
  const bool key = method == Method::kFido2;
  const bool certificate =
      method == Method::kX509SingleFactor || method == Method::kX509MultiFactor;
  bool good = !item.arguments.empty();
  if (!good) {
    diagnostics.report<Code::kEmptyList>(item.head, "the list of limits");
  }
  for (const ast::Item& argument : item.arguments) {
    ItemReader reader(argument, diagnostics);
    const ast::Name* word = reader.word();
    std::vector<std::string>* into = nullptr;
    if (word != nullptr && key && word->text == "aaguid") {
      into = &out.aaguids;
    } else if (word != nullptr && certificate && word->text == "issuer") {
      into = &out.issuer_skis;
    } else if (word != nullptr && certificate && word->text == "policy_oid") {
      into = &out.policy_oids;
    }
    if (into == nullptr) {
      diagnostics
          .report<Code::kUnknownWord>(argument.head, sources.text(argument.head),
                                      "a limit of this method")
          .label(key           ? "`aaguid \"…\"`"
                 : certificate ? "`issuer \"…\"` or `policy_oid \"…\"`"
                               : "only fido2 and certificates can be limited");
      good = false;
      continue;
    }
    const auto value = reader.string_after(*word, "an identifier in quotation marks");
    good = refuse_modifiers(argument, diagnostics) && value && reader.finish() && good;
    if (value) {
      into->push_back(into == &out.policy_oids ? std::string(*value) : lower_case(*value));
    }
  }
  if (!good) {
    return std::nullopt;
  }
  const std::uint32_t index = builder.restriction(std::move(out));
  if (index >= ir::kRestrictionsMax) {
    if (index == ir::kRestrictionsMax) {  // the first one too many
      diagnostics.report<Code::kSetTooRich>(item.head, index + 1, "limited methods",
                                            ir::kRestrictionsMax);
    }
    return std::nullopt;
  }
  return ir::restriction_bit(index);
}

std::optional<MethodSet> Lowering::method(const ast::Item& item) {
  ItemReader reader(item, diagnostics);
  const ast::Name* word = reader.word();
  const auto method = word != nullptr ? parse_method(word->text) : std::nullopt;
  if (!method) {
    const Span place = word != nullptr ? word->span : item.head;
    diagnostics.report<Code::kUnknownWord>(place, sources.text(place), "an authentication method")
        .suggest(place, word != nullptr ? nearest(word->text, method_words()) : std::string_view());
    return std::nullopt;
  }
  if (!refuse_modifiers(item, diagnostics) || !reader.finish(true)) {
    return std::nullopt;
  }
  return item.has_arguments ? restricted(item, *method) : MethodSet::of(*method);
}

std::optional<std::uint32_t> Lowering::strength(const Declared& declared) {
  const auto [it, fresh] = strength_ids_.try_emplace(&declared, std::nullopt);
  if (!fresh) {
    return it->second;
  }
  const ast::Strength& node = *declared.strength;
  ir::Strength out{std::string(declared.name), {}};
  bool good = true;
  for (std::size_t i = 0; i < node.combinations.size(); ++i) {
    MethodSet methods;
    if (node.combinations[i].empty()) {
      diagnostics.report<Code::kEmptyList>(node.combination_spans[i], "this combination");
      good = false;
    }
    for (const ast::Item& item : node.combinations[i]) {
      const auto one = method(item);
      if (one && methods.contains_all(*one)) {
        diagnostics.report<Code::kDuplicateMember>(item.head, sources.text(item.head));
      }
      good = one && good;
      methods = methods | one.value_or(MethodSet{});
    }
    out.combinations.push_back(methods);
  }
  if (good) {
    it->second = builder.strength(std::move(out));
  }
  return it->second;
}

}  // namespace gate::compiler::sema
