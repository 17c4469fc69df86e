#pragma once

#include <concepts>

#include "runtime/ir/names.h"
#include "runtime/ir/program.h"

/// One description of every record of a Program, read by the printer, the parser and the builder
/// (which uses the printed record as its key): the three cannot drift apart. An archive `a` has
///   key(word, present)   printing: writes the word if present; parsing: takes it if it is next
///   flag(word, b)        a word that stands for `true`
///   value(x), hex(x)     a number, a string, an address, a set of methods
///   choice(e, count)     an enumerator by name()
///   list(v, fn)          [ ... ], fn for every element
///   record(fn)           { ... }
/// Fields at their default are left out, so that the text stays readable and appending a field
/// leaves old texts valid.
namespace gate::ir {

inline constexpr std::size_t kSymbolKindCount = 9;
inline constexpr std::size_t kTargetKindCount = 3;
inline constexpr std::size_t kPolicyStateCount = 3;
inline constexpr std::size_t kCompareOpCount = 6;
inline constexpr std::size_t kStringOpCount = 4;

template <typename A>
void values(A& a, auto& list) {
  a.list(list, [&a](auto& x) { a.value(x); });
}
template <typename A>
void optional_values(A& a, const char* key, auto& list) {
  if (a.key(key, !list.empty())) {
    values(a, list);
  }
}
template <typename A, typename T>
void optional_value(A& a, const char* key, T& value, const std::type_identity_t<T>& fallback) {
  if (a.key(key, value != fallback)) {
    a.value(value);
  }
}
template <typename A, typename T>
void optional_choice(A& a, const char* key, T& value, std::size_t count) {
  if (a.key(key, value != T{})) {
    a.choice(value, count);
  }
}

template <typename A>
void describe(A& a, std::string& s) {
  a.value(s);
}
template <typename A>
void describe(A& a, Symbol& s) {
  a.choice(s.kind, kSymbolKindCount);
  a.value(s.name);
}
template <typename A>
void describe(A& a, Location& l) {
  a.value(l.name);
  a.flag("trusted", l.trusted);
  optional_values(a, "ranges", l.ranges);
  optional_values(a, "countries", l.countries);
  a.flag("unknown_country", l.unknown_country);
}
template <typename A, typename Slot>
  requires std::same_as<Slot, IntSlot> || std::same_as<Slot, StringSlot>
void describe(A& a, Slot& s) {
  a.value(s.name);
  a.flag("signal", s.signal);
  if (a.key("default", s.has_default)) {
    s.has_default = true;
    a.value(s.default_value);
  }
}
template <typename A>
void describe(A& a, BoolSlot& s) {
  a.value(s.name);
  a.flag("has_default", s.has_default);
  a.flag("default_true", s.default_value);
}
template <typename A>
void describe(A& a, Zone& z) {
  a.value(z.name);
  a.list(z.transitions, [&a](auto& t) {
    a.record([&] {
      a.value(t.first);
      a.value(t.second);
    });
  });
}
template <typename A>
void describe(A& a, GuestSelector& g) {
  a.hex(g.kinds);
  optional_values(a, "tenants", g.tenants);
}
template <typename A>
void describe(A& a, PrincipalSet& s) {
  a.flag("all_users", s.all_users);
  a.flag("all_service_principals", s.all_service_principals);
  optional_values(a, "members", s.members);
  if (a.key("guests", !s.guests.empty())) {
    a.list(s.guests, [&a](GuestSelector& g) { a.record([&] { describe(a, g); }); });
  }
}
template <typename A>
void describe(A& a, TargetSet& s) {
  a.choice(s.kind, kTargetKindCount);
  a.flag("all", s.all);
  optional_values(a, "members", s.members);
}
template <typename A>
void describe(A& a, AppSet& s) {
  values(a, s.members);
}
template <typename A>
void describe(A& a, LocationSet& s) {
  values(a, s.locations);
}
template <typename A>
void describe(A& a, MethodTest& t) {
  a.value(t.methods);
  optional_value(a, "max_age", t.max_age_s, 0xFFFFFFFF);
}
template <typename A>
void describe(A& a, IntTest& t) {
  a.value(t.slot);
  a.choice(t.op, kCompareOpCount);
  a.value(t.constant);
}
template <typename A>
void describe(A& a, StringTest& t) {
  a.value(t.slot);
  a.choice(t.op, kStringOpCount);
  values(a, t.any_of);
}
template <typename A>
void describe(A& a, ListTest& t) {
  a.value(t.slot);
  values(a, t.any_of);
}
template <typename A>
void describe(A& a, TimeTest& t) {
  a.value(t.zone);
  a.hex(t.weekdays);
  a.value(t.start_minute);
  a.value(t.end_minute);
}
template <typename A>
void describe(A& a, MethodRestriction& r) {
  a.choice(r.method, kMethodCount);
  optional_values(a, "aaguids", r.aaguids);
  optional_values(a, "issuer_skis", r.issuer_skis);
  optional_values(a, "policy_oids", r.policy_oids);
}
template <typename A>
void describe(A& a, Strength& s) {
  a.value(s.name);
  values(a, s.combinations);
}
template <typename A>
void describe(A& a, Clause& c) {
  a.list(c.any_of, [&a](Control& control) {
    a.record([&] {
      a.choice(control.kind, kControlKindCount);
      optional_value(a, "param", control.param, 0);
    });
  });
}
template <typename A>
void describe(A& a, SessionControls& s) {
  optional_value(a, "frequency", s.sign_in_frequency_s, SessionControls::kNoFrequency);
  optional_value(a, "secondary_frequency", s.secondary_frequency_s, SessionControls::kNoFrequency);
  optional_choice(a, "persistent_browser", s.persistent_browser, 3);
  optional_choice(a, "cloud_app_security", s.cloud_app_security, 4);
  optional_choice(a, "access_evaluation", s.access_evaluation, 4);
  if (a.key("flags", s.flags != 0)) {
    a.hex(s.flags);
  }
}
template <typename A>
void describe(A& a, Effect& e) {
  a.flag("block", e.block);
  optional_values(a, "clauses", e.clauses);
  if (a.key("session", !(e.session == SessionControls{}))) {
    a.record([&] { describe(a, e.session); });
  }
}
template <typename A>
void describe(A& a, Policy& p) {
  a.value(p.id);
  optional_value(a, "name", p.name, "");
  if (a.key("description", a.with_sources() && !p.description.empty())) {
    a.value(p.description);
  }
  a.choice(p.state, kPolicyStateCount);
  a.key("include", true);
  a.record([&] { describe(a, p.include); });
  a.key("exclude", true);
  a.record([&] { describe(a, p.exclude); });
  a.key("target", true);
  a.record([&] { describe(a, p.include_targets); });
  a.key("exclude_target", true);
  a.record([&] { describe(a, p.exclude_targets); });
  a.key("when", true);
  a.value(p.condition);
  a.key("effect", true);
  a.value(p.effect);
  if (a.key("source", a.with_sources() && !p.source_file.empty())) {
    a.value(p.source_file);
    a.value(p.source_line);
  }
  optional_value(a, "never_applies", p.never_applies, "");
}

/// All tables in the order in which they stand in the text.
template <typename A>
void describe_program(A& a, Program& p) {
  a.flag("default_deny", p.default_deny);
  a.end_line();
  a.table("symbol", p.symbols);
  a.table("location", p.locations);
  a.table("control_name", p.names);
  a.table("int_slot", p.int_slots);
  a.table("bool_slot", p.bool_slots);
  a.table("string_slot", p.string_slots);
  a.table("list_slot", p.list_slots);
  a.table("zone", p.zones);
  a.table("principal_set", p.principal_sets);
  a.table("app_set", p.app_sets);
  a.table("location_set", p.location_sets);
  a.table("method_test", p.method_tests);
  a.table("int_test", p.int_tests);
  a.table("string_test", p.string_tests);
  a.table("list_test", p.list_tests);
  a.table("time_test", p.time_tests);
  a.expressions(p);
  a.table("restriction", p.restrictions);
  a.table("strength", p.strengths);
  a.table("clause", p.clauses);
  a.table("effect", p.effects);
  a.table("policy", p.policies);
}

}  // namespace gate::ir
