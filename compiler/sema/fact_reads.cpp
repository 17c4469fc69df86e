#include "compiler/sema/fact_reads.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "compiler/diagnostics/suggest.h"

namespace gate::compiler::sema {
namespace {

void add(FactId fact, Span place, FactReads& reads) {
  const FactRead read{fact, place, {}, {}};
  if (std::ranges::find(reads, read) == reads.end()) {
    reads.push_back(read);
  }
}

std::vector<std::string> session_names() {
  std::vector<std::string> names;
  for (const std::string_view control : session_controls()) {
    names.push_back(fmt::format("{}{}", kSessionPrefix, control));
  }
  return names;
}

/// A name of FactSupply that is no built-in fact, and right.
bool is_signal_or_control(std::string_view name) {
  if (name.starts_with(kSignalPrefix)) {
    return name.size() > kSignalPrefix.size();
  }
  return name.starts_with(kSessionPrefix) &&
         std::ranges::find(session_controls(), name.substr(kSessionPrefix.size())) !=
             session_controls().end();
}

}  // namespace

void add_reads(const Principals& who, Span place, FactReads& reads) {
  for (const Principals::Member& member : who.members) {
    switch (member.kind) {
      case Principals::Kind::kGroup:
        add(FactId::kUserGroups, place, reads);
        break;
      case Principals::Kind::kRole:
        add(FactId::kUserRoles, place, reads);
        break;
      case Principals::Kind::kUser:
      case Principals::Kind::kServicePrincipal:
        add(FactId::kUser, place, reads);
        break;
    }
  }
  for (const Principals::Guests& guests : who.guests) {
    add(FactId::kUserKind, place, reads);
    if (!guests.tenants.empty()) {
      add(FactId::kUserTenant, place, reads);
    }
  }
}

void add_reads(const Apps& apps, Span place, FactReads& reads) {
  if (!apps.apps.empty()) {
    add(FactId::kApp, place, reads);
  }
  if (!apps.groups.empty()) {
    add(FactId::kAppGroups, place, reads);
  }
}

void add_reads(const Targets& targets, Span place, FactReads& reads) {
  if (targets.kind == TargetKind::kUserAction) {
    add(FactId::kAction, place, reads);
  } else if (targets.kind == TargetKind::kAuthContext) {
    add(FactId::kContext, place, reads);
  } else if (!targets.members.empty()) {
    add(FactId::kApp, place, reads);
  }
  if (!targets.groups.empty()) {
    add(FactId::kAppGroups, place, reads);
  }
}

// NOLINTNEXTLINE(misc-no-recursion): sets of sets have no circles, and their depth is bounded
void add_reads(const Places& places, SetResolver& sets, Span place, FactReads& reads) {
  if (!places.ranges.empty() || !places.trusted_ranges.empty() || places.trusted) {
    add(FactId::kIp, place, reads);
  }
  if (!places.countries.empty() || places.unknown_country) {
    add(FactId::kCountry, place, reads);
  }
  if (!places.gps_countries.empty()) {
    add(FactId::kGpsCountry, place, reads);
  }
  for (const Declared* each : places.named) {
    if (const Places* inner = sets.places_of(*each)) {
      add_reads(*inner, sets, place, reads);
    }
  }
}

std::optional<FactId> fact_of(ControlKind control) {
  switch (control) {
    case ControlKind::kMfa:
    case ControlKind::kStrength:
      return std::nullopt;
    case ControlKind::kCompliantDevice:
      return FactId::kDeviceCompliant;
    case ControlKind::kHybridJoinedDevice:
      return FactId::kDeviceTrustType;
    case ControlKind::kApprovedApp:
    case ControlKind::kAppProtection:
    case ControlKind::kCompliantNetwork:
    case ControlKind::kPasswordChange:
    case ControlKind::kRiskRemediation:
    case ControlKind::kTermsOfUse:
    case ControlKind::kCustom:
      return FactId::kSatisfied;
  }
  return FactId::kSatisfied;
}

SuppliedFacts::SuppliedFacts(const std::optional<FactSupply>& supply,
                             DiagnosticCollector& diagnostics)
    : limited_(supply.has_value()),
      known_(all_facts().size(), limited_ ? Known::kNever : Known::kSupplied) {
  if (supply) {
    by_ = supply->by;
    enter(supply->accepted, Known::kAccepted, diagnostics);
    enter(supply->supplied, Known::kSupplied, diagnostics);
  }
}

void SuppliedFacts::enter(const std::vector<std::string>& names, Known known,
                          DiagnosticCollector& diagnostics) {
  for (const std::string& name : names) {
    if (is_signal_or_control(name)) {
      named_[name] = known;
      continue;
    }
    const auto found = std::ranges::find(all_facts(), name, &FactInfo::path);
    // `location` is read from others, which are named instead.
    if (found != all_facts().end() && found->id != FactId::kLocation) {
      known_[index(found->id)] = known;
      continue;
    }
    std::vector<std::string_view> paths;
    for (const FactInfo& each : all_facts()) {
      if (each.id != FactId::kLocation) {
        paths.push_back(each.path);
      }
    }
    const std::vector<std::string> controls = session_names();
    paths.insert(paths.end(), controls.begin(), controls.end());
    auto report = diagnostics.report_unplaced<Code::kUnknownFact>(name);
    report.note(known == Known::kAccepted
                    ? std::string("it stands in the list of facts that may stay unknown")
                    : fmt::format("it stands in the list of what {} supplies", by_));
    if (name == "location") {
      report.help("name `country`, `ip` or `gps_country`, by which locations are known");
    } else if (const auto close = nearest(name, paths); !close.empty()) {
      report.help(fmt::format("did you mean `{}`?", close));
    }
  }
}

bool SuppliedFacts::check(const FactReads& reads, std::string_view policy, PolicyState state,
                          DiagnosticCollector& diagnostics) const {
  bool good = true;
  for (const FactRead& read : reads) {
    const Known how = known(read);
    if (how == Known::kSupplied) {
      continue;
    }
    // A policy that is off decides nothing, and is looked at again when it is switched on.
    const bool error = state != PolicyState::kOff && how != Known::kAccepted;
    if (read.name.starts_with(kSessionPrefix)) {
      report_control(read, error, policy, diagnostics);
      good = good && !error;
      continue;
    }
    const std::string_view fact = read.name.empty() ? info_of(read.fact).path : read.name;
    auto report = error ? diagnostics.report<Code::kFactNotSupplied>(read.place, fact, by_)
                        : diagnostics.report<Code::kFactStaysUnknown>(read.place, fact, policy);
    if (error) {
      report.label(fmt::format("policy `{}` needs it", policy))
          .help(read.name.empty()
                    ? "take the policy out, or say that the fact may stay unknown"
                    : "say that users or clients supply the signal, or that it may stay unknown");
    }
    if (!read.via.empty() && error) {
      report.related(read.at, fmt::format("by way of `{}`", read.via));
    } else if (!read.via.empty()) {
      report.note(fmt::format("by way of `{}`", read.via));  // placed it could not be used again
    }
    good = good && !error;
  }
  return good;
}

SuppliedFacts::Known SuppliedFacts::known(const FactRead& read) const {
  if (!limited_) {
    return Known::kSupplied;
  }
  if (read.name.empty()) {
    return known_[index(read.fact)];
  }
  const auto found = named_.find(read.name);
  return found == named_.end() ? Known::kNever : found->second;
}

void SuppliedFacts::report_control(const FactRead& read, bool error, std::string_view policy,
                                   DiagnosticCollector& diagnostics) const {
  const std::string_view control = std::string_view(read.name).substr(kSessionPrefix.size());
  if (error) {
    diagnostics.report<Code::kControlNotEnforced>(read.place, control, by_)
        .label(fmt::format("policy `{}` asks for it", policy))
        .help(fmt::format("take it out, or accept `{}`", read.name));
  } else {
    diagnostics.report<Code::kControlWithoutEffect>(read.place, control, policy);
  }
}

std::string text_of(const std::optional<FactSupply>& supply) {
  return supply ? fmt::format("{}\n{}\n{}", supply->by, fmt::join(supply->supplied, " "),
                              fmt::join(supply->accepted, " "))
                : std::string();
}

}  // namespace gate::compiler::sema
