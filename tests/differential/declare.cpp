// What a set declares beside its policies.

#include <fmt/format.h>

#include <algorithm>

#include "tests/differential/leaves.h"
#include "tests/differential/world.h"

namespace gate::differential {
namespace {

std::string plain(const Leaf& leaf) {
  const std::size_t at = leaf.text.find(kHole);
  return at == std::string::npos
             ? leaf.text
             : leaf.text.substr(0, at) + leaf.hole.value + leaf.text.substr(at + 1);
}

class Declarer {
 public:
  Declarer(World& world, Dice& dice, Features& features)
      : w_(world), d_(dice), f_(features), leaves_(world, dice, features) {}

  std::vector<Declaration> run() {
    signals();
    strengths();
    for (const auto& [name, id] : w_.contexts) {
      add("context", fmt::format("context {} = \"{}\"{}", name, id,
                                 d_.one_in(2) ? " " + literal_of("Title of " + name, &d_) : ""));
    }
    places();
    for (std::size_t i = 0; i < 4; ++i) {
      named(w_.user_sets, "users", fmt::format("{}{}", i == 2 ? "\xC3\x84mter_" : "Who", i),
            [this] { return leaves_.user_item(false); });
      named(w_.app_sets, "apps", fmt::format("What{}", i), [this] { return leaves_.app_item(); });
    }
    for (std::size_t i = 0; i < 3; ++i) {
      let(fmt::format("fact_{}", i));
    }
    if (d_.one_in(3)) {
      const bool deny = d_.one_in(2);
      add(deny ? "default deny" : "default allow", deny ? "default deny" : "default allow");
    }
    tests();
    grants();
    return std::move(out_);
  }

 private:
  void add(std::string_view kind, std::string text, std::string kept_for = {}) {
    f_.use("declaration", kind);
    out_.push_back({(d_.one_in(5) ? "## described\n" : "") + std::move(text), std::move(kept_for)});
  }

  void signals() {
    using Type = World::Signal::Type;
    for (const World::Signal& s : w_.signals) {
      std::string text = fmt::format("signal {} : ", s.name);
      std::string otherwise;
      if (s.type == Type::kInteger) {
        text += "integer";
        otherwise = s.integer ? fmt::format("{}", *s.integer) : "";
      } else if (s.type == Type::kBoolean) {
        text += "boolean";
        otherwise = s.boolean ? fmt::format("{}", *s.boolean) : "";
      } else if (s.type == Type::kText) {
        text += "string";
        otherwise = s.text ? literal_of(*s.text, &d_) : "";
      } else {
        text += fmt::format("one_of [{}]", fmt::join(s.values, ", "));
        otherwise = s.text.value_or("");
      }
      f_.use("signal", otherwise.empty() ? "no default" : "default");
      add("signal", otherwise.empty() ? text : text + " default " + otherwise);
    }
  }

  std::string method() {
    const auto m = static_cast<Method>(d_.below(kMethodCount));
    f_.use("method in a strength", name(m));
    return std::string(name(m));
  }

  void strengths() {
    for (const std::string& strength : w_.strengths) {
      std::vector<std::string> combinations;
      for (std::size_t i = 1 + d_.below(4); i > 0; --i) {
        std::vector<std::string> methods;
        for (std::size_t m = 1 + d_.below(3); m > 0; --m) {
          std::string word = method();
          if (std::find(methods.begin(), methods.end(), word) == methods.end()) {
            methods.push_back(std::move(word));
          }
        }
        combinations.push_back(fmt::format("[{}]", fmt::join(methods, ", ")));
      }
      if (strength == "Limited") {
        f_.use("strength", "aaguid");
        combinations.push_back("[fido2(aaguid \"aa-11\")]");
        if (d_.one_in(2)) {
          f_.use("strength", "issuer");
          f_.use("strength", "policy_oid");
          combinations.push_back("[x509_multi_factor(issuer \"SKI1\", policy_oid \"1.2.3\")]");
        }
      }
      add("strength",
          fmt::format("strength {} = any of {}", strength, fmt::join(combinations, ", ")));
    }
  }

  /// First of all places: `trusted` means the ranges of these.
  void places() {
    for (std::size_t i = 0; i < 4; ++i) {
      std::vector<Leaf> items;
      std::string text;
      bool trusted = false;
      for (std::size_t n = 1 + d_.below(4); n > 0; --n) {
        Leaf item = leaves_.place_item(true);
        constexpr std::string_view kTrusted = "trusted ip ";
        if (item.text.starts_with(kTrusted)) {
          trusted = true;
          const std::string& range = ranges_of(item);
          w_.trusted.push_back(range);
        }
        text += (text.empty() ? "" : ", ") + item.text;
        items.push_back(std::move(item));
      }
      const std::string name = fmt::format("{}{}",
                                           i == 1 ? "Stra\xC3\x9F"
                                                    "e_"
                                                  : "Where",
                                           i);
      add("locations", fmt::format("locations {} = {}", name, text), trusted ? "trusted" : "");
      w_.location_sets.push_back({name, meaning_of(name, items)});
    }
  }
  /// The range that a place means: found by asking it, since its text may be escaped.
  const std::string& ranges_of(const Leaf& item) {
    return *std::find_if(w_.addresses.begin(), w_.addresses.end(),
                         [&item](const std::string& range) {
                           std::string spelled = item.text.substr(item.text.find('"') + 1);
                           spelled.pop_back();
                           return spelled == range || unescaped(spelled) == range;
                         });
  }
  static std::string unescaped(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == 'u') {
        const std::size_t end = text.find('}', i);
        out += static_cast<char>(std::stoul(text.substr(i + 3, end - i - 3), nullptr, 16));
        i = end;
      } else {
        out += text[i];
      }
    }
    return out;
  }

  static Leaf meaning_of(const std::string& name, const std::vector<Leaf>& items) {
    Leaf leaf;
    leaf.text = name;
    leaf.truth = [items](const SignInFacts& f) {
      Truth result = Truth::kFalse;
      for (const Leaf& each : items) {
        const Truth t = each.truth(f);
        if (t == Truth::kTrue) {
          return t;
        }
        result = t == Truth::kUnknown ? t : result;
      }
      return result;
    };
    leaf.make = [items](Dice& dice, SignInFacts& f, bool holds) {
      if (holds) {
        dice.pick(items).make(dice, f, true);
      } else {
        for (const Leaf& each : items) {
          each.make(dice, f, false);
        }
      }
    };
    return leaf;
  }

  template <typename Item>
  void named(std::vector<World::Named>& into, const char* kind, const std::string& name,
             Item item) {
    std::vector<Leaf> items;
    std::string text;
    for (std::size_t n = d_.one_in(10) ? 40 : 1 + d_.below(3); n > 0; --n) {
      items.push_back(item());
      text += (text.empty() ? "" : ", ") + plain(items.back());
    }
    add(kind, fmt::format("{} {} = {}", kind, name, text));
    into.push_back({name, meaning_of(name, items)});
  }

  void let(const std::string& name) {
    const Leaf test = leaves_.test();
    add("let", fmt::format("let {} = {}", name, plain(test)));
    Leaf meaning = test;
    meaning.text = name;
    meaning.hole = {};
    w_.lets.push_back({name, std::move(meaning)});
  }

  void tests() {
    if (d_.one_in(4)) {
      add("test", "test \"t\" { given user \"amy\", sign_in_risk high  expect allow }");
    }
    if (d_.one_in(4)) {
      add("assert", "assert \"a\" { every sign_in where sign_in_risk == high is blocked }");
    }
    if (d_.one_in(4)) {
      add("profile", "profile workforce");
    }
  }

  void grants() {
    w_.grants.emplace_back("block");
    const auto control = [this] {
      const auto kind = static_cast<ControlKind>(d_.below(kControlKindCount));
      f_.use("control", name(kind));
      std::string text(name(kind));
      if (kind == ControlKind::kStrength) {
        text += " " + d_.pick(w_.strengths);
      } else if (kind == ControlKind::kTermsOfUse || kind == ControlKind::kCustom) {
        text += " " + literal_of(d_.pick(w_.terms), &d_);
      }
      return text;
    };
    // Now and then as many as need more than one word of a clause set.
    for (std::size_t i = d_.one_in(12) ? 150 : 12; i > 0; --i) {
      if (d_.one_in(2)) {
        f_.use("grant", "one");
        w_.grants.push_back("require " + control());
        continue;
      }
      const bool all = d_.one_in(2);
      std::vector<std::string> controls;
      bool mfa = false;
      bool strength = false;
      for (std::size_t c = 2 + d_.below(3); c > 0; --c) {
        std::string text = control();
        mfa = mfa || text == "mfa";
        strength = strength || text.starts_with("strength");
        controls.push_back(std::move(text));
      }
      if (mfa && strength) {
        std::erase(controls, "mfa");  // refused beside a strength (G0413)
      }
      f_.use("grant", all ? "all of" : "any of");
      w_.grants.push_back(
          fmt::format("require {} of ({})", all ? "all" : "any", fmt::join(controls, ", ")));
    }
  }

  World& w_;
  Dice& d_;
  Features& f_;
  Leaves leaves_;
  std::vector<Declaration> out_;
};

}  // namespace

std::vector<Declaration> declare(World& world, Dice& dice, Features& features) {
  return Declarer(world, dice, features).run();
}

}  // namespace gate::differential
