#include "compiler/ast/ast.h"

namespace gate::compiler::ast {

Span span_of(const Item::Atom& atom) {
  return std::visit([](const auto& a) { return a.span; }, atom);
}

const Name* word_at(const Item& item, std::size_t index) {
  return index < item.atoms.size() ? std::get_if<Name>(&item.atoms[index]) : nullptr;
}

const Literal* literal_at(const Item& item, std::size_t index) {
  return index < item.atoms.size() ? std::get_if<Literal>(&item.atoms[index]) : nullptr;
}

std::string_view spelling(CompareOp op) {
  switch (op) {
    case CompareOp::kEq:
      return "==";
    case CompareOp::kNe:
      return "!=";
    case CompareOp::kLt:
      return "<";
    case CompareOp::kLe:
      return "<=";
    case CompareOp::kGt:
      return ">";
    case CompareOp::kGe:
      return ">=";
  }
  return "==";
}

std::string_view spelling(TextOp op) {
  switch (op) {
    case TextOp::kStartsWith:
      return "starts_with";
    case TextOp::kEndsWith:
      return "ends_with";
    case TextOp::kContains:
      return "contains";
  }
  return "contains";
}

}  // namespace gate::compiler::ast
