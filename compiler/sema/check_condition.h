#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/sema/fact_reads.h"
#include "compiler/sema/fact_schema.h"
#include "compiler/sema/item_reader.h"
#include "compiler/sema/lowering.h"

namespace gate::compiler::sema {

/// A condition that is in order.
struct Condition {
  ir::ExprId id = 0;
  unsigned depth = 1;
  /// Context words for which it may be true, and for which it may be false; a field without a bit
  /// means never. Sound, not complete: used for warnings only.
  std::uint64_t may_hold = ~std::uint64_t{0};
  std::uint64_t may_fail = ~std::uint64_t{0};
  /// The test of which this is itself, or the negation; of tests that are never unknown only.
  static constexpr ir::ExprId kNoOther = 0xFFFFFFFF;
  ir::ExprId same_as = kNoOther;
  bool is_negated = false;
  [[nodiscard]] bool never_holds() const;
  [[nodiscard]] bool always_holds() const;
};

/// Checks expressions and translates them. Every mistake is reported once; an erroneous part gives
/// no condition and what contains it says nothing more. Recursion follows the expression, whose
/// depth the parser bounds, and chains of `let`, which have no cycles.
class ConditionChecker {
 public:
  explicit ConditionChecker(Lowering& lowering) : l_(lowering) {}
  ConditionChecker(const ConditionChecker&) = delete;
  ConditionChecker& operator=(const ConditionChecker&) = delete;

  using Checked = std::optional<Condition>;
  [[nodiscard]] Checked check(const ast::Expr& expr);
  /// What has been read since the last call, in the order of the text.
  [[nodiscard]] FactReads take_reads() { return std::exchange(reads_, {}); }
  /// Checks every `let`, so that mistakes in unused ones are reported too.
  void check_lets();

 private:
  /// The left side of a test: a built-in fact or a signal.
  struct Subject {
    FactRef fact;
    const Declared* signal = nullptr;
    std::string text;  ///< as written
    Span span;
    Span test;  ///< the whole comparison (template arguments may come from another file)
    [[nodiscard]] FactType type() const { return fact.info->type; }
    [[nodiscard]] std::string_view kind() const;  ///< "a risk level"
  };
  static constexpr std::int64_t kNoDay = -1;
  struct LetState {
    bool done = false;
    Checked value;
    FactReads reads;
  };

  Checked connective(const ast::Expr& expr);
  Checked negation(const ast::Expr& expr);
  Checked path_alone(const ast::Expr& expr);
  Checked let(const Declared& declared);
  void reads_of_let(const Declared& declared, Span use);
  Checked compare(const ast::Expr& expr);
  Checked membership(const ast::Expr& expr);
  Checked text_test(const ast::Expr& expr);
  Checked between(const ast::Expr& expr);

  std::optional<Subject> subject(const ast::Expr& expr, Span test);
  std::optional<Subject> subject_named(const ast::Expr& expr, const Declared& declared, Span test);
  void report_unknown_fact(const ast::Expr& expr);
  bool usable(const Subject& subject);

  Checked compare_signal(const Subject& left, ast::CompareOp op, const ast::Expr& right);
  Checked compare_word(const Subject& left, ast::CompareOp op, const ast::Expr& right);
  Checked compare_fact(const Subject& left, ast::CompareOp op, const ast::Expr& right);
  Checked compare_age(const Subject& left, ast::CompareOp op, const ast::Expr& right);
  Checked compare_time(const Subject& left, ast::CompareOp op, const ast::Expr& right);
  Checked compare_date(const Subject& left, ast::CompareOp op, const ast::Expr& right);
  Checked compare_string(const Subject& left, ast::CompareOp op, const ast::Expr& right);
  Checked equality_as_membership(const Subject& left, ast::CompareOp op, const ast::Expr& right);
  Checked int_test(std::uint32_t slot, ast::CompareOp op, std::int64_t value);
  Checked built_in_number(std::string_view name, ast::CompareOp op, std::int64_t value);
  /// Both days belong to it; kNoDay: open at that end. Nothing without a zone (already reported).
  Checked date_within(const ir::Zone* zone, std::int64_t first, std::int64_t last);
  Checked method_age(Method method, ast::CompareOp op, std::int64_t seconds);

  Checked in_words(const Subject& left, const ast::Expr& expr);
  Checked in_strings(const Subject& left, const ast::Expr& expr);
  Checked in_integers(const Subject& left, const ast::Expr& expr);
  Checked in_users(const Subject& left, const ast::Expr& expr);
  Checked in_apps(const Subject& left, const ast::Expr& expr);
  Checked in_places(const Subject& left, const ast::Expr& expr);
  Checked in_addresses(const Subject& left, const ast::Expr& expr);
  Checked in_countries(const Subject& left, const ast::Expr& expr);
  Checked in_dates(const Subject& left, const ast::Expr& expr);
  Checked in_weekdays(const Subject& left, const ast::Expr& expr);
  Checked member_of(const Subject& left, const ast::Expr& expr);

  Checked test_strings(const Subject& left, ir::StringOp op, std::vector<std::string> values);
  Checked of_location(const Places& places, std::string_view kind, const ast::Expr& expr);
  Checked absence(const Subject& left, ast::CompareOp op);
  std::optional<std::vector<std::string>> texts_of(const Subject& left, const ast::Expr& right);
  Checked contains_methods(const ast::Expr& expr);
  std::optional<std::vector<std::string>> strings_of(const Subject& left,
                                                     std::span<const ast::Item> items);
  std::optional<std::uint8_t> word_value(const Subject& left, std::string_view word, Span place);
  void report_zone_assumed(const ast::Expr& expr, const Subject& left);
  const ir::Zone* zone_data_of(const ast::Expr& expr, const Subject& left);
  std::optional<std::uint32_t> zone_of(const ast::Expr& expr, const Subject& left);
  std::optional<std::int64_t> number_of(const ast::Expr& right, const Subject& left,
                                        ast::LiteralKind kind);
  bool refuse_zone(const ast::Expr& expr, const Subject& left);
  void warn_of_hole(const Subject& left, std::uint64_t values, Span place);
  void mismatch(const Subject& left, const ast::Expr& right);

  Condition leaf(ir::ExprId id) const;
  /// Marks a test that is never unknown, so that its negation beside it is noticed.
  static Condition known(Condition condition);
  Condition context_leaf(ir::ContextFact fact, std::uint64_t values);
  Condition negated(Condition condition);
  Checked negated_if(bool wanted, Checked condition);
  Checked constant(bool value);

  Lowering& l_;
  std::unordered_map<const Declared*, LetState> lets_;
  std::vector<const Declared*> open_lets_;
  FactReads reads_;
  bool chain_reported_ = false;
};

}  // namespace gate::compiler::sema
