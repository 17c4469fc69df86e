#include "tests/differential/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace gate::differential {
namespace {

/// Spellings that have broken programs before: case, marks, scripts, escapes, lengths.
const std::vector<std::string>& unlucky() {
  static const std::vector<std::string> kUnlucky = {"Ämy",
                                                    "a\xCC\x88my",
                                                    "AMY",
                                                    "amy ",
                                                    " amy",
                                                    "\xF0\x9F\x94\x91",
                                                    "a\"b\\c",
                                                    "tab\there",
                                                    "line\nfeed",
                                                    "\xE6\x97\xA5",
                                                    "00000000-0000-0000-0000-000000000001",
                                                    "null",
                                                    "{\"user\":\"amy\"}",
                                                    "%s%n",
                                                    "\xC3\x9F",
                                                    "I\xCC\x87",
                                                    "amy\xE2\x80\x8B",
                                                    std::string(300, 'x')};
  return kUnlucky;
}

std::vector<std::string> some_names(Dice& dice, const char* prefix, std::size_t count) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i) {
    out.push_back(dice.one_in(8) ? prefix + dice.pick(unlucky()) : fmt::format("{}{}", prefix, i));
  }
  return out;
}

std::vector<std::string> some_ranges(Dice& dice) {
  static const std::vector<std::string> kRanges = {
      "0.0.0.0/0",    "10.0.0.0/8",      "10.0.0.0/9",
      "10.128.0.0/9", "10.1.2.3",        "10.1.2.3/32",
      "192.0.2.0/24", "192.0.2.128/25",  "203.0.113.0/31",
      "::/0",         "2001:db8::/32",   "2001:db8:0:1::/64",
      "2001:db8::1",  "2001:db8::1/128", "::ffff:10.0.0.0/104",
      "8000::/1"};
  std::vector<std::string> out;
  for (std::size_t i = 0; i < 6; ++i) {
    out.push_back(dice.pick(kRanges));
  }
  out.push_back("192.0.2.0/24");
  out.push_back("2001:db8::/32");
  return out;
}

}  // namespace

std::string folded(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

World World::random(Dice& dice) {
  World w;
  const std::size_t scale = dice.one_in(6) ? 80 : 10;  // how many of whom there are
  w.users = some_names(dice, "u", scale);
  w.groups = some_names(dice, "g", scale);
  w.roles = some_names(dice, "r", 5);
  w.tenants = some_names(dice, "t", 4);
  w.services = some_names(dice, "s", 4);
  w.apps = some_names(dice, "a", scale);
  w.terms = some_names(dice, "terms", 3);
  w.texts = {"Surface", "surface laptop", "SAW", "x", "Z\xC3\xBCrich", "de", "DE", "a\"b"};
  for (std::size_t i = 0; i < 3; ++i) {
    w.texts.push_back(dice.pick(unlucky()));
  }
  w.addresses = some_ranges(dice);

  using Type = Signal::Type;
  w.signals = {{"amount", Type::kInteger, {}, {}, {}, {}},
               {"attempts", Type::kInteger, {}, 3, {}, {}},
               {"vpn", Type::kBoolean, {}, {}, dice.one_in(2), {}},
               {"tor_exit", Type::kBoolean, {}, {}, {}, {}},
               {"channel", Type::kOneOf, {"web", "branch", "phone"}, {}, {}, {}},
               {"branch_kind", Type::kOneOf, {"main", "small"}, {}, {}, "main"},
               {"filiale_\xC3\xB6", Type::kText, {}, {}, {}, {}},
               {"remark", Type::kText, {}, {}, {}, w.texts[0]}};
  w.strengths = {"Strong", "NativeMfa", "Limited"};
  w.contexts = {{"Payment", "c1"}, {"Contact", "c2"}, {"Kontext_\xC3\xA4", "c99"}};
  return w;
}

SignInFacts random_sign_in(const World& w, Dice& dice) {
  SignInFacts f;
  const auto any = [&dice](std::size_t count) { return dice.below(count); };
  f.flow = static_cast<Flow>(dice.one_in(3) ? any(kFlowCount) : 0);
  f.user = dice.one_in(12) ? "stranger" : dice.pick(w.users);
  f.user_kind = dice.one_in(3) ? static_cast<UserKind>(any(kUserKindCount)) : UserKind::kMember;
  if (f.user_kind == UserKind::kServicePrincipal) {
    f.user = dice.pick(w.services);
  } else if (dice.one_in(6)) {
    f.user += dice.one_in(8) ? "@" : "@" + dice.pick(w.texts);
  }
  if (dice.one_in(3)) {
    f.external_tenant = dice.pick(w.tenants);
  }
  const auto add_some = [&](std::vector<std::string>& into, const std::vector<std::string>& from,
                            std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      into.push_back(dice.one_in(6) ? fmt::format("unheard of {}", i) : dice.pick(from));
    }
  };
  add_some(f.groups, w.groups, dice.one_in(12) ? 64 + any(70) : any(5));
  add_some(f.roles, w.roles, any(3));
  f.target_kind = static_cast<TargetKind>(dice.one_in(4) ? any(3) : 0);
  f.target = f.target_kind == TargetKind::kApp ? dice.pick(w.apps)
             : f.target_kind == TargetKind::kUserAction
                 ? dice.one_in(2) ? "register_device" : "register_security_info"
                 : dice.pick(w.contexts).second;
  static const std::vector<std::string> kAppGroups = {"office365", "admin_portals",
                                                      "all_agent_resources", "unheard of"};
  add_some(f.app_groups, kAppGroups, any(3));
  f.client = static_cast<ClientApp>(any(kClientAppCount));
  f.platform = static_cast<Platform>(any(kPlatformCount));
  const auto sometimes = [&](std::size_t count) { return dice.one_in(2) ? any(count) : 0; };
  f.sign_in_risk = static_cast<Risk>(sometimes(kRiskCount));
  f.user_risk = static_cast<Risk>(sometimes(kRiskCount));
  f.service_principal_risk = static_cast<Risk>(sometimes(kRiskCount));
  f.insider_risk = static_cast<InsiderRisk>(sometimes(kInsiderRiskCount));
  f.transfer_method = static_cast<TransferMethod>(sometimes(kTransferMethodCount));
  f.original_transfer_method = static_cast<TransferMethod>(sometimes(kTransferMethodCount));
  f.device.registered = dice.one_in(2);
  f.device.reported_lost = dice.one_in(5);
  f.device.compliant = static_cast<Tristate>(sometimes(kTristateCount));
  f.device.managed = static_cast<Tristate>(sometimes(kTristateCount));
  f.device.trust = static_cast<DeviceTrust>(sometimes(kDeviceTrustCount));
  f.device.ownership = static_cast<DeviceOwnership>(sometimes(kDeviceOwnershipCount));
  static const std::vector<std::string> kAddresses = {"",
                                                      "10.1.2.3",
                                                      "10.200.0.1",
                                                      "192.0.2.1",
                                                      "192.0.2.200",
                                                      "203.0.113.1",
                                                      "::1",
                                                      "2001:db8::1",
                                                      "2001:db8:0:1::ff",
                                                      "::ffff:10.1.2.3",
                                                      "ffff::",
                                                      "255.255.255.255"};
  f.ip = dice.pick(kAddresses);
  static const std::vector<std::string> kCountries = {"", "AT", "de", "US", "Kp", "FR"};
  f.country = dice.pick(kCountries);
  for (std::size_t i = any(4); i > 0; --i) {
    f.completed.push_back(
        {static_cast<Method>(any(kMethodCount)), static_cast<std::uint32_t>(any(4) * 450)});
  }
  for (std::size_t i = any(3); i > 0; --i) {
    f.satisfied.push_back({static_cast<ControlKind>(any(kControlKindCount)), dice.pick(w.terms)});
  }
  if (dice.one_in(2)) {
    f.session_age_s = static_cast<std::int64_t>(any(6) * 5000);
  }
  if (dice.one_in(3)) {
    f.device.first_seen_s = static_cast<std::int64_t>(any(6) * 100'000);
  }
  if (!dice.one_in(4)) {
    f.now_unix_s = 200'000'000 + static_cast<std::int64_t>(any(3'800'000'000));
  }
  for (const World::Signal& s : w.signals) {
    if (dice.one_in(3)) {
      continue;  // absent
    }
    using Type = World::Signal::Type;
    if (s.type == Type::kInteger) {
      f.signals.push_back({s.name, static_cast<std::int64_t>(any(2000)) - 500});
    } else if (s.type == Type::kBoolean) {
      f.signals.push_back({s.name, dice.one_in(2)});
    } else {
      f.signals.push_back(
          {s.name, s.type == Type::kOneOf ? dice.pick(s.values) : dice.pick(w.texts)});
    }
  }
  if (dice.one_in(6)) {
    f.signals.push_back({"never declared", std::int64_t{5}});
  }
  if (dice.one_in(3)) {
    f.strings.emplace_back("user.department", dice.pick(w.texts));
    f.strings.emplace_back("device.model", dice.pick(w.texts));
  }
  if (dice.one_in(3)) {
    f.lists.push_back({"device.system_labels", {dice.pick(w.texts), "other"}});
  }
  if (dice.one_in(4)) {
    std::vector<std::string> methods;
    for (std::size_t i = any(4); i > 0; --i) {
      methods.emplace_back(name(static_cast<Method>(any(kMethodCount))));
    }
    f.lists.push_back({"user.registered_methods", std::move(methods)});
  }
  if (dice.one_in(3)) {  // for strengths that are limited to some keys and certificates
    f.strings.emplace_back("fido2.aaguid", dice.one_in(2) ? "AA-11" : "bb-22");
    f.strings.emplace_back("x509.issuer_ski", dice.one_in(2) ? "SKI1" : "ski2");
    f.lists.push_back({"x509.policy_oids", {"1.2.3", dice.one_in(2) ? "1.2.4" : "9"}});
    f.completed.push_back({dice.one_in(2) ? Method::kFido2 : Method::kX509MultiFactor, 60});
  }
  return f;
}

}  // namespace gate::differential
