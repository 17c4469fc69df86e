#pragma once

#include "runtime/ir/builder.h"

/// A program for tests with an entry in every table of the IR, and each kind of leaf in use.
namespace gate::ir {

inline Program sample_program() {
  ProgramBuilder b;
  using F = ContextFact;
  Cidr office;
  office.address = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 203, 0, 113, 0};
  office.prefix = 120;
  const std::uint32_t offices = b.location({"Offices", true, {office}, {}, false});
  const std::uint32_t far = b.location({"Far", false, {}, {{'I', 'R'}, {'K', 'P'}}, true});
  const std::uint32_t zone =
      b.zone({"Europe/Berlin", {{INT64_MIN, 3600}, {1'711'846'800, 7200}, {1'729'990'800, 3600}}});
  const std::uint32_t amount = b.int_slot({"amount", true, false, 0});
  b.int_slot({"velocity", true, true, -3});
  const std::uint32_t lost_card = b.bool_slot({"lost_card", false, false});
  const std::uint32_t channel = b.string_slot({"channel", true, true, "wéb"});
  const std::uint32_t labels = b.list_slot("device.system_labels");
  PrincipalSet admins;
  admins.members = {b.symbol(SymbolKind::kGroup, "admins"), b.symbol(SymbolKind::kUser, "amy")};
  const ExprId risky = b.context_in(F::kSignInRisk, context_field(F::kSignInRisk).bit(3));
  const ExprId dear = b.int_compare({amount, CompareOp::kGe, 1'000'000});
  const ExprId when = b.any_of(
      {risky, dear, b.principal_in(admins), b.app_in({{b.symbol(SymbolKind::kApp, "payments")}}),
       b.all_of({b.location_in({{far}}), b.negate(b.location_in({{offices}}))}),
       b.method_done({MethodSet::of(Method::kSmsOtp), 300}), b.bool_signal(lost_card),
       b.string_test({channel, StringOp::kStartsWith, {"phone", "post"}}),
       b.list_contains({labels, {"kiosk"}}), b.time_in({zone, 0x1F, 18 * 60, 6 * 60})});
  const std::uint32_t strong =
      b.strength({"Strong",
                  {MethodSet::of(Method::kWindowsHello),
                   restriction_bit(
                       b.restriction({Method::kX509MultiFactor, {}, {"9a4248c6"}, {"1.3.6.1"}}))}});

  Policy stronger;
  stronger.id = "stronger";
  stronger.name = "Ask for more";
  stronger.description = "said by the author";
  stronger.include.all_users = true;
  stronger.include.guests = {{0x04, {b.symbol(SymbolKind::kTenant, "partner")}}};
  stronger.exclude.members = {b.symbol(SymbolKind::kRole, "break glass")};
  stronger.include_targets.all = true;
  stronger.condition = when;
  Effect more;
  more.clauses = {b.clause({{{ControlKind::kMfa, 0}}}),
                  b.clause({{{ControlKind::kStrength, strong},
                             {ControlKind::kTermsOfUse, b.control_name("Terms 2024")}}})};
  more.session.sign_in_frequency_s = 3600;
  more.session.persistent_browser = PersistentBrowser::kNever;
  stronger.effect = b.effect(more);
  stronger.source_file = "a.gate";
  stronger.source_line = 7;
  b.policy(stronger);

  Policy stop;
  stop.id = "stop";
  stop.state = PolicyState::kReportOnly;
  stop.include.all_service_principals = true;
  stop.include_targets.kind = stop.exclude_targets.kind = TargetKind::kAuthContext;
  stop.include_targets.members = {b.symbol(SymbolKind::kAuthContext, "c1")};
  stop.condition = b.constant(true);
  Effect block;
  block.block = true;
  stop.effect = b.effect(block);
  stop.never_applies = "the service has no context";
  b.policy(stop);
  b.default_deny(true);
  return b.finish();
}

}  // namespace gate::ir
