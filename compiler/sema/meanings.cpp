#include "compiler/sema/meanings.h"

#include <algorithm>
#include <variant>

// Recursion: a declaration that mentions others. Its depth is the length of a chain of names, cut
// where a name is met again. NOLINTBEGIN(misc-no-recursion)
namespace gate::compiler::sema {
namespace {

/// Stands for the text of a name whose declaration could not be read.
constexpr std::string_view kDamaged = "?";

/// How far chains of names are followed.
constexpr std::size_t kDepthMax = 256;

bool in_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

void append(std::string& into, const Sha256& hash) {
  into.append(reinterpret_cast<const char*>(hash.data()), hash.size());
}

/// The name that a declaration declares; empty for policies, tests and the like.
std::string_view declared_name(const ast::Declaration& declaration) {
  return std::visit(
      [](const auto& node) -> std::string_view {
        using Node = std::decay_t<decltype(node)>;
        if constexpr (std::is_same_v<Node, ast::NamedSet> || std::is_same_v<Node, ast::Strength> ||
                      std::is_same_v<Node, ast::Context> || std::is_same_v<Node, ast::Signal> ||
                      std::is_same_v<Node, ast::Let>) {
          return node.name.text;
        }
        return {};
      },
      declaration.node);
}

bool declares_locations(const ast::Declaration& declaration) {
  const auto* set = std::get_if<ast::NamedSet>(&declaration.node);
  return set != nullptr && set->kind == ast::SetKind::kLocations;
}

}  // namespace

void Meanings::look_at(std::span<const ast::File> files, const SourceMap& sources,
                       std::string today) {
  names_.clear();
  templates_.clear();
  locations_.clear();
  meanings_.clear();
  open_.clear();
  holds_.assign(known_.size(), Holds::kNotAsked);
  today_ = std::move(today);
  for (const ast::File& file : files) {
    for (const ast::Declaration& declaration : file.declarations) {
      const std::string_view text = sources.text(declaration.span);
      if (const std::string_view name = declared_name(declaration); !name.empty()) {
        names_.try_emplace(name, text);
      } else if (const auto* node = std::get_if<ast::Template>(&declaration.node)) {
        templates_.try_emplace(node->name.text, text);
      }
      if (declares_locations(declaration)) {
        locations_ += text;
        locations_ += '\n';
      }
    }
  }
  for (const ast::File& file : files) {
    for (const std::string_view name : file.damaged_names) {
      names_.insert_or_assign(name, kDamaged);
    }
  }
}

std::uint32_t Meanings::number(DependsOn kind, std::string_view name) {
  const Sha256 now = meaning(kind, name);
  std::vector<std::uint32_t>& numbers = numbers_[Key(kind, std::string(name))];
  for (const std::uint32_t each : numbers) {
    if (known_[each].meaning == now) {
      return each;
    }
  }
  const auto fresh = static_cast<std::uint32_t>(known_.size());
  known_.push_back({{kind, std::string(name)}, now});
  holds_.push_back(Holds::kYes);
  numbers.push_back(fresh);
  return fresh;
}

bool Meanings::holds(std::uint32_t number) {
  if (holds_[number] == Holds::kNotAsked) {
    const Known& known = known_[number];
    holds_[number] =
        meaning(known.of.kind, known.of.name) == known.meaning ? Holds::kYes : Holds::kNo;
  }
  return holds_[number] == Holds::kYes;
}

Sha256 Meanings::meaning(DependsOn kind, std::string_view name) {
  switch (kind) {
    case DependsOn::kName:
      return meaning_of_name(name);
    case DependsOn::kTrustedPlaces:
      return sha256(locations_);
    case DependsOn::kToday:
      return sha256(today_);
    case DependsOn::kTemplate: {
      const auto found = templates_.find(name.substr(0, name.find(',')));
      return found == templates_.end() ? Sha256{} : sha256(found->second);
    }
  }
  return {};
}

Sha256 Meanings::meaning_of_name(std::string_view name) {
  const auto declared = names_.find(name);
  if (declared == names_.end()) {
    return {};
  }
  if (const auto known = meanings_.find(declared->first); known != meanings_.end()) {
    return known->second;
  }
  if (open_.size() == kDepthMax || std::ranges::find(open_, name) != open_.end()) {
    // A circle, or too long a chain to follow: nothing is known of it, so nothing equals it.
    return sha256("unknown " + std::to_string(++unknown_));
  }
  open_.push_back(declared->first);
  const Sha256 out = meaning_of_text(declared->second);
  open_.pop_back();
  meanings_.emplace(declared->first, out);
  return out;
}

Sha256 Meanings::meaning_of_text(std::string_view text) {
  std::string all(text);
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && in_word(text[end])) {
      ++end;
    }
    const std::string_view word = text.substr(at, end - at);
    if (word != open_.back() && names_.contains(word)) {  // it names itself, too
      append(all, meaning_of_name(word));
    }
    if (word == "trusted") {
      append(all, sha256(locations_));
    }
    at = end + 1;
  }
  return sha256(all);
}

}  // namespace gate::compiler::sema
// NOLINTEND(misc-no-recursion)
