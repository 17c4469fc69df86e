#pragma once

#include <antlr4-runtime.h>

#include <cstddef>

#include "compiler/parse/token_window.h"

/// Children of ANTLR's trees by what they are. The generated accessors ask the type of each child
/// by dynamic_cast, which took a third of all parse time; we know that a node without children is a
/// word (no rule of the grammar matches nothing) and that the trees have no error nodes.
namespace gate::compiler {

[[nodiscard]] inline bool is_word(const antlr4::tree::ParseTree* node) {
  return node->children.empty();
}

/// The word behind a node for which is_word() holds.
[[nodiscard]] inline const WindowToken& word_of(const antlr4::tree::ParseTree* node) {
  return static_cast<const WindowToken&>(  // every token here comes from a TokenWindow
      *const_cast<antlr4::tree::TerminalNode*>(static_cast<const antlr4::tree::TerminalNode*>(node))
           ->getSymbol());
}

/// GateParser::Rule… of a node for which is_word() does not hold.
[[nodiscard]] inline std::size_t rule_of(const antlr4::tree::ParseTree* node) {
  return static_cast<const antlr4::RuleContext*>(node)->getRuleIndex();
}

/// The first child that was made by `rule` (whose context is `Context`), or null.
template <typename Context>
[[nodiscard]] Context* child(const antlr4::tree::ParseTree* tree, std::size_t rule) {
  for (antlr4::tree::ParseTree* node : tree->children) {
    if (!is_word(node) && rule_of(node) == rule) {
      return static_cast<Context*>(node);
    }
  }
  return nullptr;
}

/// The first child that is a word of this type, or null.
[[nodiscard]] inline const WindowToken* word_child(const antlr4::tree::ParseTree* tree,
                                                   std::size_t type) {
  for (const antlr4::tree::ParseTree* node : tree->children) {
    if (is_word(node) && word_of(node).getType() == type) {
      return &word_of(node);
    }
  }
  return nullptr;
}

/// Calls `f` with every child that was made by `rule`.
template <typename Context, typename F>
void for_each_child(const antlr4::tree::ParseTree* tree, std::size_t rule, F f) {
  for (antlr4::tree::ParseTree* node : tree->children) {
    if (!is_word(node) && rule_of(node) == rule) {
      f(static_cast<Context*>(node));
    }
  }
}

}  // namespace gate::compiler
