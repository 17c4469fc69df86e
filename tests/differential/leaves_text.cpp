// Attributes: texts and lists that a device, a user, an app has or has not.

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "compiler/sema/fact_schema.h"
#include "tests/differential/leaves.h"

namespace gate::differential {
namespace {

/// Attributes of an unregistered device are not there, extension attributes only where the device
/// is managed, compliant or hybrid joined (conditional-access 3).
bool is_there(const SignInFacts& f, const std::string& path) {
  if (!path.starts_with("device.")) {
    return true;
  }
  const bool cared_for = f.device.managed == Tristate::kTrue ||
                         f.device.compliant == Tristate::kTrue ||
                         f.device.trust == DeviceTrust::kServerAd;
  return f.device.registered && (!path.starts_with("device.extension_attribute") || cared_for);
}
void let_be_there(SignInFacts& f, const std::string& path) {
  if (path.starts_with("device.") && !is_there(f, path)) {
    f.device.registered = true;
    f.device.managed = Tristate::kTrue;
  }
}

constexpr std::string_view kEmailDomain = "user.email_domain";

std::optional<std::string> text_of(const SignInFacts& f, const std::string& path) {
  if (!is_there(f, path)) {
    return std::nullopt;
  }
  const auto found = std::find_if(f.strings.begin(), f.strings.end(),
                                  [&path](const auto& each) { return each.first == path; });
  if (found != f.strings.end()) {
    return found->second;
  }
  const std::size_t at = f.user.find_last_of('@');
  const bool in_name = at != std::string::npos && at + 1 < f.user.size();
  return path == kEmailDomain && in_name ? std::optional(f.user.substr(at + 1)) : std::nullopt;
}

/// Custom security attributes are told as a text or as a list, and may have several values.
bool may_hold_several(const std::string& path) {
  return path.find(".attributes.") != std::string::npos;
}

const std::vector<std::string>* list_of(const SignInFacts& f, const std::string& path) {
  const auto found = std::find_if(f.lists.begin(), f.lists.end(),
                                  [&path](const auto& each) { return each.name == path; });
  return found == f.lists.end() || !is_there(f, path) ? nullptr : &found->values;
}

void forget(SignInFacts& f, const std::string& path) {
  std::erase_if(f.strings, [&path](const auto& each) { return each.first == path; });
  std::erase_if(f.lists, [&path](const auto& each) { return each.name == path; });
  if (path == kEmailDomain && f.user.find('@') != std::string::npos) {
    f.user = "somebody";
  }
}

/// Says that the attribute has this value: as text, or as one of several.
void tell(Dice& dice, SignInFacts& f, const std::string& path, std::string value) {
  if (path == kEmailDomain && dice.one_in(2) && !value.empty()) {
    f.user = dice.one_in(3) ? "some@body@" + value : "somebody@" + value;
  } else if (may_hold_several(path) && dice.one_in(3)) {
    f.lists.push_back({path, {"before", std::move(value)}});
  } else {
    f.strings.emplace_back(path, std::move(value));
  }
}

/// Paths of one type, from the table of the compiler; open ones get a name.
std::vector<std::string> paths(compiler::sema::FactType type) {
  namespace sema = compiler::sema;
  std::vector<std::string> out;
  for (const sema::FactInfo& fact : sema::all_facts()) {
    if (fact.type == type && sema::allows(fact.use, sema::FactUse::kCondition)) {
      out.emplace_back(fact.path);
    }
  }
  return out;
}

bool matches(const std::string& value, const std::string& op,
             const std::vector<std::string>& wanted) {
  const std::string v = folded(value);
  return std::any_of(wanted.begin(), wanted.end(), [&](const std::string& each) {
    const std::string w = folded(each);
    return op == "starts_with" ? v.starts_with(w)
           : op == "ends_with" ? v.ends_with(w)
           : op == "contains"  ? v.find(w) != std::string::npos
                               : v == w;
  });
}

/// A text near `wanted`: it, in other letters, with something before, behind or around it.
std::string near(Dice& dice, std::string wanted) {
  switch (dice.below(6)) {
    case 0:
      std::transform(wanted.begin(), wanted.end(), wanted.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      });
      return wanted;
    case 1:
      return wanted + " and more";
    case 2:
      return "not only " + wanted;
    case 3:
      return "x" + wanted + "x";
    default:
      return wanted;
  }
}

/// Of an attribute that may have several; empty where it has none or is told as a text.
std::vector<std::string> values_of(const SignInFacts& f, const std::string& path) {
  const auto* several = may_hold_several(path) ? list_of(f, path) : nullptr;
  return several == nullptr ? std::vector<std::string>() : *several;
}

/// `path == absent`, or `!=`.
Leaf absence(const std::string& path, bool equal) {
  Leaf leaf;
  leaf.text = fmt::format("{} {} absent", path, equal ? "==" : "!=");
  leaf.truth = whether([path, equal](const SignInFacts& f) {
    return (!text_of(f, path) && values_of(f, path).empty()) == equal;
  });
  leaf.make = [path, equal](Dice& dice, SignInFacts& f, bool holds) {
    forget(f, path);
    if (holds != equal) {
      let_be_there(f, path);
      tell(dice, f, path, dice.one_in(3) ? "" : "something");
    }
  };
  return leaf;
}

}  // namespace

Leaf Leaves::text_test() {
  static const std::vector<std::string> kPaths = paths(compiler::sema::FactType::kText);
  std::string path = d_.pick(kPaths);
  use("fact", path);
  if (path.ends_with(".*")) {
    static const std::vector<std::string> kNames = {"Tier", "Größe_1", "policy", "x"};
    path = path.substr(0, path.size() - 1) + d_.pick(kNames);
  }
  if (d_.one_in(6)) {
    const bool equal = d_.one_in(2);
    use("operator", equal ? "== absent" : "!= absent");
    return absence(path, equal);
  }
  Leaf leaf;
  const bool negated = d_.one_in(3);
  std::string chosen;
  std::vector<std::string> wanted = {d_.pick(w_.texts)};
  switch (d_.below(3)) {
    case 0:
      chosen = "==";
      use("operator", negated ? "!=" : "==");
      leaf.text = fmt::format("{} {} {}", path, negated ? "!=" : "==", kHole);
      leaf.hole = {"text", literal(wanted[0])};
      break;
    case 1: {
      chosen = "in";
      wanted = some(w_.texts, 3);
      use("operator", negated ? "not in" : "in");
      std::vector<std::string> pieces;
      for (const std::string& each : wanted) {
        pieces.push_back(literal(each));
      }
      leaf.text = fmt::format("{} {} {}", path, negated ? "not in" : "in", bracketed(pieces));
      break;
    }
    default: {
      static const std::vector<std::string> kWays = {"starts_with", "ends_with", "contains"};
      chosen = d_.pick(kWays);
      use("operator", (negated ? "not " : "") + chosen);
      std::string right = literal(wanted[0]);
      if (d_.one_in(3)) {
        wanted = some(w_.texts, 3);
        std::vector<std::string> pieces;
        for (const std::string& each : wanted) {
          pieces.push_back(literal(each));
        }
        right = bracketed(pieces);
      }
      leaf.text = fmt::format("{} {}{} {}", path, negated ? "not " : "", chosen, right);
    }
  }
  leaf.truth = whether([path, chosen, wanted](const SignInFacts& f) {
    if (const auto value = text_of(f, path)) {
      return matches(*value, chosen, wanted);
    }
    return std::ranges::any_of(values_of(f, path), [&](const std::string& each) {
      return matches(each, chosen == "contains" ? "==" : chosen, wanted);
    });
  });
  leaf.make = [path, wanted](Dice& dice, SignInFacts& f, bool holds) {
    forget(f, path);
    if (holds) {
      let_be_there(f, path);
      tell(dice, f, path, near(dice, dice.pick(wanted)));
    } else if (dice.one_in(2)) {
      tell(dice, f, path, "another");
    }
  };
  return negated ? negative(std::move(leaf)) : leaf;
}

Leaf Leaves::list_test() {
  static const std::vector<std::string> kPaths = paths(compiler::sema::FactType::kTextList);
  const std::string path = d_.pick(kPaths);
  use("fact", path);
  const bool negated = d_.one_in(3);
  use("operator", negated ? "not contains" : "contains");
  const std::vector<std::string> wanted = some(w_.texts, 3);
  std::vector<std::string> pieces;
  for (const std::string& each : wanted) {
    pieces.push_back(literal(each));
  }
  Leaf leaf;
  leaf.text = fmt::format("{} {}contains {}", path, negated ? "not " : "",
                          wanted.size() == 1 && d_.one_in(2) ? pieces[0] : bracketed(pieces));
  leaf.truth = whether([path, wanted](const SignInFacts& f) {
    const auto* list = list_of(f, path);
    return list != nullptr &&
           std::any_of(list->begin(), list->end(),
                       [&](const std::string& value) { return matches(value, "==", wanted); });
  });
  leaf.make = [path, wanted](Dice& dice, SignInFacts& f, bool holds) {
    std::erase_if(f.lists, [&path](const auto& each) { return each.name == path; });
    if (holds) {
      let_be_there(f, path);
      f.lists.push_back({path, {"before", dice.pick(wanted), "behind"}});
    } else if (dice.one_in(2)) {
      f.lists.push_back({path, {"x" + dice.pick(wanted)}});
    }
  };
  return negated ? negative(std::move(leaf)) : leaf;
}

}  // namespace gate::differential
