#include "compiler/sema/symbols.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/diagnostics/suggest.h"
#include "compiler/sema/fact_schema.h"
#include "compiler/sema/item_reader.h"

namespace gate::compiler::sema {
namespace {

/// What a word of the language already means, or empty when it is free for a declaration. Only
/// words that could be confused where names are looked up are taken.
std::string_view meaning_of_word(std::string_view name) {
  if (find_fact(name) || has_attributes(name)) {
    return "a built-in fact";
  }
  const auto among = [name](std::span<const std::string_view> words) {
    return std::ranges::find(words, name) != words.end();
  };
  if (among(control_words())) {
    return "a grant control";
  }
  if (among(method_words())) {
    return "an authentication method";
  }
  if (among(app_group_words())) {
    return "a group of apps";
  }
  static constexpr std::string_view kSelectors[] = {"none",
                                                    "gps",
                                                    "absent",
                                                    "filter",
                                                    "user",
                                                    "group",
                                                    "role",
                                                    "guests",
                                                    "service_principals",
                                                    "service_principal",
                                                    "tenant",
                                                    "app",
                                                    "ip",
                                                    "trusted",
                                                    "country",
                                                    "unknown",
                                                    "action",
                                                    "true",
                                                    "false"};
  if (among(kSelectors)) {
    return "something that policies select by";
  }
  return {};
}

}  // namespace

std::string_view describe(NameKind kind) {
  switch (kind) {
    case NameKind::kUsers:
      return "a set of users";
    case NameKind::kApps:
      return "a set of apps";
    case NameKind::kLocations:
      return "a set of locations";
    case NameKind::kStrength:
      return "a strength";
    case NameKind::kContext:
      return "an authentication context";
    case NameKind::kSignal:
      return "a signal";
    case NameKind::kLet:
      return "a condition named by `let`";
  }
  return "a name";
}

std::string_view noun(NameKind kind) {
  if (kind == NameKind::kLet) {
    return "condition";
  }
  const std::string_view text = describe(kind);
  return text.substr(text.find(' ') + 1);
}

/// Walks the declarations and fills the table.
class SymbolCollector {
 public:
  SymbolCollector(Symbols& symbols, DiagnosticCollector& diagnostics)
      : symbols_(&symbols), diagnostics_(&diagnostics) {}

  void file(const ast::File& file) {
    for (const ast::Declaration& declaration : file.declarations) {
      std::visit([this](const auto& node) { enter(node); }, declaration.node);
    }
    for (const std::string_view name : file.damaged_names) {
      damaged(name);
    }
  }

 private:
  void enter(const ast::NamedSet& node) {
    Declared entry;
    entry.kind = node.kind == ast::SetKind::kUsers  ? NameKind::kUsers
                 : node.kind == ast::SetKind::kApps ? NameKind::kApps
                                                    : NameKind::kLocations;
    entry.set = &node;
    add(std::move(entry), node.name);
  }
  void enter(const ast::Strength& node) {
    Declared entry;
    entry.kind = NameKind::kStrength;
    entry.strength = &node;
    add(std::move(entry), node.name);
  }
  void enter(const ast::Context& node) {
    Declared entry;
    entry.kind = NameKind::kContext;
    entry.context = &node;
    add(std::move(entry), node.name);
  }
  void enter(const ast::Template& /*node*/) {}  // expanded and gone before names are looked at
  void enter(const ast::Let& node) {
    Declared entry;
    entry.kind = NameKind::kLet;
    entry.let = &node;
    add(std::move(entry), node.name);
  }
  void enter(const ast::Signal& node) {
    Declared entry;
    entry.kind = NameKind::kSignal;
    entry.signal_node = &node;
    entry.damaged = !read_signal(node, entry.signal);
    add(std::move(entry), node.name);
  }
  void enter(const ast::Policy& /*node*/) {}  // PolicyNames does
  void enter(const ast::Test& node) {
    const auto [it, fresh] = tests_.try_emplace(node.name.value, node.name.span);
    if (!fresh) {
      diagnostics_->report<Code::kDuplicateName>(node.name.span, "test", node.name.value)
          .related(it->second, "the first one");
    }
  }
  void enter(const ast::Import& node) { (void)node; }
  void enter(const ast::Profile& node) { (void)node; }
  void enter(const ast::Default& node) { (void)node; }
  void enter(const ast::Assert& node) { (void)node; }

  void add(Declared entry, const ast::Name& name) {
    entry.name = name.text;
    entry.span = name.span;
    if (const auto meaning = meaning_of_word(name.text); !meaning.empty()) {
      diagnostics_->report<Code::kReservedName>(name.span, name.text, meaning);
      return;
    }
    const auto [it, fresh] = symbols_->by_name_.try_emplace(name.text, symbols_->declared_.size());
    if (!fresh) {
      Declared& first = symbols_->declared_[it->second];
      if (first.span.end == 0) {  // the damaged twin: no second complaint
        first = std::move(entry);
        first.damaged = true;
        return;
      }
      diagnostics_->report<Code::kDuplicateName>(name.span, noun(entry.kind), name.text)
          .label("declared again here")
          .related(first.span, "the first one");
      return;
    }
    symbols_->declared_.push_back(std::move(entry));
  }

  void damaged(std::string_view name) {
    const auto [it, fresh] = symbols_->by_name_.try_emplace(name, symbols_->declared_.size());
    if (fresh) {
      Declared entry;
      entry.name = name;
      entry.damaged = true;
      entry.used = true;
      symbols_->declared_.push_back(std::move(entry));
    } else {
      symbols_->declared_[it->second].damaged = true;
    }
  }

  bool read_signal(const ast::Signal& node, SignalInfo& out);
  bool read_values(const ast::Signal& node, SignalInfo& out);
  bool read_default(const ast::Expr& value, std::string_view signal, SignalInfo& out);

  Symbols* symbols_;
  DiagnosticCollector* diagnostics_;
  std::unordered_map<std::string_view, Span> tests_;
};

bool SymbolCollector::read_signal(const ast::Signal& node, SignalInfo& out) {
  static constexpr std::string_view kTypes[] = {"integer", "boolean", "string", "one_of"};
  if (node.type.text == "integer") {
    out.type = SignalType::kInteger;
  } else if (node.type.text == "boolean") {
    out.type = SignalType::kBoolean;
  } else if (node.type.text == "string") {
    out.type = SignalType::kText;
  } else if (node.type.text == "one_of") {
    out.type = SignalType::kOneOf;
  } else {
    diagnostics_->report<Code::kUnknownWord>(node.type.span, node.type.text, "a type of signal")
        .label("integer, boolean, string or one_of [a, b]")
        .suggest(node.type.span, nearest(node.type.text, kTypes));
    return false;
  }
  if (!read_values(node, out)) {
    return false;
  }
  return !node.default_value || read_default(*node.default_value, node.name.text, out);
}

bool SymbolCollector::read_values(const ast::Signal& node, SignalInfo& out) {
  if (out.type != SignalType::kOneOf) {
    if (node.has_values) {
      const Span place = node.values.empty()
                             ? node.type.span
                             : join(node.values.front().span, node.values.back().span);
      diagnostics_->report<Code::kUnexpectedArgument>(place, node.type.text, "list of values");
    }
    return !node.has_values;
  }
  if (!node.has_values) {
    diagnostics_->report<Code::kMissingArgument>(node.type.span, "one_of",
                                                 "its values: `one_of [low, high]`");
    return false;
  }
  if (node.values.empty()) {
    diagnostics_->report<Code::kEmptyList>(node.type.span, "the list of values");
    return false;
  }
  for (const ast::Item& item : node.values) {
    const ast::Name* word = ast::word_at(item, 0);
    const ast::Literal* literal = ast::literal_at(item, 0);
    const bool text = literal != nullptr && literal->kind == ast::LiteralKind::kString;
    if (item.atoms.size() != 1 || item.has_arguments || (word == nullptr && !text)) {
      diagnostics_->report<Code::kWrongValue>(item.span, "`one_of`", "one word for each value",
                                              shown(item.atoms.back()));
      return false;
    }
    const std::string_view value = word != nullptr ? word->text : std::string_view(literal->text);
    if (std::ranges::find(out.values, value) != out.values.end()) {
      diagnostics_->report<Code::kDuplicateMember>(item.span, value);
      continue;
    }
    out.values.push_back(value);
  }
  return true;
}

bool SymbolCollector::read_default(const ast::Expr& value, std::string_view signal,
                                   SignalInfo& out) {
  const auto wrong = [&](std::string_view wanted) {
    diagnostics_->report<Code::kWrongValue>(value.span, fmt::format("signal `{}`", signal), wanted,
                                            described(value));
    return false;
  };
  out.has_default = true;
  const bool literal = value.kind == ast::ExprKind::kLiteral;
  switch (out.type) {
    case SignalType::kInteger:
      out.default_integer = value.literal.value;
      return (literal && value.literal.kind == ast::LiteralKind::kInteger) ||
             wrong("a whole number");
    case SignalType::kBoolean:
      out.default_integer = value.literal.value;
      return (literal && value.literal.kind == ast::LiteralKind::kBoolean) ||
             wrong("`true` or `false`");
    case SignalType::kText:
      out.default_text = value.literal.text;
      return (literal && value.literal.kind == ast::LiteralKind::kString) || wrong("a string");
    case SignalType::kOneOf:
      break;
  }
  if (value.kind == ast::ExprKind::kPath && value.path.size() == 1) {
    out.default_text = value.path.front().text;
  } else if (literal && value.literal.kind == ast::LiteralKind::kString) {
    out.default_text = value.literal.text;
  } else {
    return wrong("one of its values");
  }
  if (std::ranges::find(out.values, out.default_text) == out.values.end()) {
    diagnostics_
        ->report<Code::kUnknownMember>(value.span, out.default_text, fmt::format("`{}`", signal))
        .suggest(value.span, nearest(out.default_text, out.values));
    return false;
  }
  return true;
}

Symbols Symbols::collect(std::span<const ast::File> files, bool incomplete,
                         DiagnosticCollector& diagnostics) {
  Symbols out;
  out.incomplete_ = incomplete;
  SymbolCollector collector(out, diagnostics);
  for (const ast::File& file : files) {
    collector.file(file);
  }
  return out;
}

const Declared* Symbols::find(std::string_view name) const {
  if (noted_ != nullptr) {
    noted_->emplace_back(name);
  }
  const auto found = by_name_.find(name);
  if (found == by_name_.end()) {
    return nullptr;
  }
  const Declared& entry = declared_[found->second];
  entry.used = true;
  return &entry;
}

std::vector<std::string_view> Symbols::names(NameKind kind) const {
  std::vector<std::string_view> out;
  for (const Declared& each : declared_) {
    if (each.kind == kind && each.span.end != 0) {
      out.push_back(each.name);
    }
  }
  return out;
}

std::string_view Symbols::nearest_name(std::string_view wrong, NameKind kind) const {
  return nearest(wrong, names(kind));
}

}  // namespace gate::compiler::sema
