#include "runtime/request/validate.h"

#include <algorithm>

#include "runtime/base/utf8.h"
#include "runtime/ir/describe.h"
#include "runtime/ir/program.h"

namespace gate {
namespace {

template <typename E>
bool in_range(E value, std::size_t count) {
  return static_cast<std::size_t>(value) < count;
}

template <typename Request>
bool enums_in_range(const Request& r) {
  using ir::kTargetKindCount;
  bool ok = true;
#define GATE_ENUMERATOR(type, member, c_member) ok &= in_range(r.member, k##type##Count);
#include "runtime/request/request_enumerators.def"
#undef GATE_ENUMERATOR
  for (const CompletedMethod& c : r.completed) {
    ok &= in_range(c.method, kMethodCount);
  }
  for (const auto& s : r.satisfied) {
    ok &= in_range(s.kind, kControlKindCount);
  }
  return ok;
}

/// What is wrong with the texts looked at so far. All of them are looked at, whatever the first one
/// was like, for too long ones are reported before malformed ones; none is read that is too long.
struct TextFaults {
  bool too_long = false;
  bool malformed = false;
  void look_at(std::string_view text) {
    if (text.size() > kFactBytesMax) {
      too_long = true;
    } else {
      malformed |= !is_utf8(text);
    }
  }
  void look_at(std::span<const std::string_view> texts) {
    for (const std::string_view text : texts) {
      look_at(text);
    }
  }
  void look_at(const SignalValue& value) {
    if (const auto* text = std::get_if<std::string_view>(&value)) {
      look_at(*text);
    }
  }
};

void look_at_names(const SignInRequest& r, bool with_groups, TextFaults& faults) {
  faults.look_at(r.user);
  faults.look_at(r.external_tenant);
  faults.look_at(r.target);
  if (with_groups) {
    faults.look_at(r.groups);
    faults.look_at(r.roles);
  }
  faults.look_at(r.app_groups);
  for (const SatisfiedControl& s : r.satisfied) {
    faults.look_at(s.name);
  }
  for (const StringFact& f : r.strings) {
    faults.look_at(f.name);
  }
  for (const ListFact& f : r.lists) {
    faults.look_at(f.name);
  }
  for (const SignalFact& f : r.signals) {
    faults.look_at(f.name);
  }
}
/// Its names are numbers.
void look_at_names(const InternedRequest& /*r*/, bool /*with_groups*/, TextFaults& /*faults*/) {}

template <typename Request>
void look_at_values(const Request& r, TextFaults& faults) {
  for (const auto& f : r.strings) {
    faults.look_at(f.value);
  }
  for (const auto& f : r.lists) {
    faults.look_at(f.values);
  }
  for (const auto& f : r.signals) {
    faults.look_at(f.value);
  }
}

bool is_letter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}
bool is_country(std::string_view country) {
  return country.empty() || (country.size() == 2 && is_letter(country[0]) && is_letter(country[1]));
}

template <typename Request>
bool too_many_principals(const Request& r) {
  return r.groups.size() > ir::kPrincipalsMax || r.roles.size() > ir::kPrincipalsMax ||
         r.groups.size() + r.roles.size() > ir::kPrincipalsMax;
}

template <typename Request>
bool too_many_facts(const Request& r) {
  if (r.app_groups.size() > kFactsMax || r.completed.size() > kFactsMax ||
      r.satisfied.size() > kFactsMax || r.strings.size() > kFactsMax ||
      r.lists.size() > kFactsMax || r.signals.size() > kFactsMax) {
    return true;
  }
  std::size_t values = 0;
  for (const auto& list : r.lists) {
    values += std::min(list.values.size(), kListValuesMax + 1);
  }
  return values > kListValuesMax;
}

/// `with_groups`: groups and roles count.
template <typename Request>
RequestFault fault_of(const Request& r, bool with_groups) {
  if (!enums_in_range(r)) {
    return RequestFault::kEnumOutOfRange;
  }
  if (with_groups && too_many_principals(r)) {
    return RequestFault::kTooManyPrincipals;
  }
  if (too_many_facts(r)) {
    return RequestFault::kTooManyFacts;
  }
  TextFaults texts;
  look_at_names(r, with_groups, texts);
  look_at_values(r, texts);
  if (texts.too_long) {
    return RequestFault::kStringTooLong;
  }
  if (texts.malformed) {
    return RequestFault::kMalformedText;
  }
  if constexpr (requires { r.country; }) {
    if (!is_country(r.country)) {
      return RequestFault::kMalformedCountry;
    }
  }
  if ((r.now_unix_s && (*r.now_unix_s < kNowMin || *r.now_unix_s > kNowMax)) ||
      (r.session_age_s && *r.session_age_s < 0) ||
      (r.device.first_seen_s && *r.device.first_seen_s < 0)) {
    return RequestFault::kNumberOutOfRange;
  }
  return RequestFault::kNone;
}

}  // namespace

RequestFault validate(const SignInRequest& request) noexcept {
  return fault_of(request, true);
}
RequestFault validate(const InternedRequest& request) noexcept {
  return fault_of(request, true);
}
RequestFault validate_without_groups(const SignInRequest& request) noexcept {
  return fault_of(request, false);
}
RequestFault validate_without_groups(const InternedRequest& request) noexcept {
  return fault_of(request, false);
}

RequestFault validate_principal(const SignInRequest& request) noexcept {
  SignInRequest who;
  who.user = request.user;
  who.user_kind = request.user_kind;
  who.external_tenant = request.external_tenant;
  who.groups = request.groups;
  who.roles = request.roles;
  return fault_of(who, true);
}

}  // namespace gate
