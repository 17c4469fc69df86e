#include "tests/property/random_sign_in.h"

#include <arpa/inet.h>

#include <limits>

#include "runtime/ir/context_facts.h"
#include "runtime/probe/aim.h"

namespace gate::property {
namespace {

template <typename E>
E any(Dice& d, std::size_t count) {
  return static_cast<E>(d.below(count));
}

std::string address(Dice& d) {
  switch (d.below(8)) {
    case 0:
      return "";
    case 1:
      return d.one_in(20) ? "1.2.3" : "::1";
    case 2:
      return "5555:aa" + std::to_string(d.below(10)) + "::" + std::to_string(d.below(3));
    default: {
      std::string s;
      for (int i = 0; i < 4; ++i) {
        s += (i == 0 ? "" : ".") + std::to_string(d.below(3) * 85 + (d.one_in(5) ? 1 : 0));
      }
      return d.one_in(12) ? "::ffff:" + s : s;
    }
  }
}

std::string word(Dice& d) {
  static const std::vector<std::string> kWords = {"web", "BRANCH", "main",   "Main street",
                                                  "x",   "",       "within", "other"};
  return d.pick(kWords);
}
std::int64_t number(Dice& d) {
  static constexpr std::int64_t kValues[] = {0,
                                             1,
                                             -1,
                                             99,
                                             100,
                                             101,
                                             3600,
                                             std::numeric_limits<std::int64_t>::min(),
                                             std::numeric_limits<std::int64_t>::max()};
  return kValues[d.below(9)];
}

void add_signals(Dice& d, SignInFacts& f) {
  for (const char* name : {"amount", "attempts", "score", "unheard_of"}) {
    if (d.one_in(2)) {
      f.signals.push_back({name, number(d)});
    }
  }
  for (const char* name : {"vpn", "tor"}) {
    if (d.one_in(2)) {
      f.signals.push_back({name, d.one_in(2)});
    }
  }
  for (const char* name : {"channel", "branch", "gps_country"}) {
    if (d.one_in(2)) {
      f.signals.push_back({name, word(d)});
    }
  }
  if (d.one_in(30)) {
    f.signals.push_back({"amount", number(d)});  // once more
  }
  if (d.one_in(60)) {
    f.signals.push_back({"amount", true});  // of the wrong type
  }
}

void add_attributes(Dice& d, SignInFacts& f) {
  for (const char* name : {"device.model", "user.department", "device.model"}) {
    if (d.one_in(2)) {
      f.strings.emplace_back(name, word(d));
    }
  }
  if (d.one_in(8)) {
    f.strings.emplace_back("user.email_domain", word(d));
  }
  for (const char* name : {"device.labels", "user.tags"}) {
    if (d.one_in(2)) {
      SignInFacts::OwnedList list{name, {}};
      for (std::size_t i = d.below(4); i > 0; --i) {
        list.values.push_back(word(d));
      }
      f.lists.push_back(std::move(list));
    }
  }
  if (d.one_in(8)) {  // where it may have one value only, the sign-in is refused
    const std::string several = "user.department";
    std::erase_if(f.strings, [&several](const auto& each) { return each.first == several; });
    f.lists.push_back({several, {word(d), word(d)}});  // JSON cannot give one name twice
  }
  if (d.one_in(4)) {
    f.lists.push_back({"user.registered_methods", {"password", "sms_otp"}});
  }
}

void add_session(Dice& d, SignInFacts& f) {
  for (std::size_t i = d.below(4); i > 0; --i) {
    f.completed.push_back(
        {any<Method>(d, kMethodCount), static_cast<std::uint32_t>(d.below(4) * 300)});
  }
  for (std::size_t i = d.below(3); i > 0; --i) {
    f.satisfied.push_back(
        {any<ControlKind>(d, kControlKindCount), d.one_in(2) ? "Terms" : "Check"});
  }
  if (d.one_in(2)) {
    f.session_age_s = d.one_in(30) ? -1 : static_cast<std::int64_t>(d.below(5) * 1000);
  }
  if (d.one_in(2)) {
    f.device.first_seen_s = d.one_in(30) ? -1 : static_cast<std::int64_t>(d.below(5) * 1000);
  }
  if (!d.one_in(4)) {
    f.now_unix_s =
        static_cast<std::int64_t>(d.below(2'000'000'000)) - (d.one_in(4) ? 1'500'000'000 : 0);
  }
}

}  // namespace

SignInFacts random_sign_in(Dice& d, const Names& names) {
  SignInFacts f;
  f.user = d.name("u", names.users + 2);
  f.user_kind = d.one_in(3) ? any<UserKind>(d, kUserKindCount) : UserKind::kMember;
  if (f.user_kind == UserKind::kServicePrincipal) {
    f.user = d.name("s", names.services + 1);
  } else if (d.one_in(4)) {
    f.user += d.one_in(8) ? "@" : "@" + word(d);
  }
  if (d.one_in(2)) {
    f.external_tenant = d.name("t", names.tenants + 1);
  }
  const std::size_t groups = d.one_in(10) ? 70 : d.below(6);
  for (std::size_t i = 0; i < groups; ++i) {
    f.groups.push_back(d.name("g", names.groups + 4));
  }
  for (std::size_t i = d.below(3); i > 0; --i) {
    f.roles.push_back(d.name("r", names.roles + 1));
  }
  f.target_kind = d.one_in(4) ? any<TargetKind>(d, 3) : TargetKind::kApp;
  f.target = f.target_kind == TargetKind::kApp          ? d.name("a", names.apps + 1)
             : f.target_kind == TargetKind::kUserAction ? user_action(d, names.actions + 1)
                                                        : d.name("c", names.contexts + 1);
  for (std::size_t i = d.below(3); i > 0; --i) {
    f.app_groups.push_back(d.name("ag", names.app_groups + 1));
  }
  for (std::size_t k = 0; k < ir::kContextFactCount; ++k) {
    const auto fact = static_cast<ir::ContextFact>(k);
    if (fact != ir::ContextFact::kUserKind && d.one_in(2)) {
      ir::set_context(fact, d.below(ir::context_field(fact).width), f);
    }
  }
  f.ip = address(d);
  static const std::vector<std::string> kCountries = {"", "DE", "at", "US", "At"};
  f.country = d.one_in(80) ? "D1" : d.pick(kCountries);
  add_signals(d, f);
  add_attributes(d, f);
  add_session(d, f);
  return f;
}

}  // namespace gate::property
