// A set as files: what may be written in several ways is, by the dice of the layout.

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "tests/differential/set_text.h"

namespace gate::differential {

std::string literal_of(std::string_view text, Dice* dice) {
  std::string out = "\"";
  constexpr std::string_view kInvisible = "\xE2\x80\x8B";  // refused unless it is escaped (G0003)
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with(kInvisible)) {
      out += "\\u{200B}";
      i += kInvisible.size() - 1;
      continue;
    }
    const char c = text[i];
    const auto escape = static_cast<unsigned char>(c) < 0x80 && dice != nullptr && dice->one_in(40);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n' || c == '\t') {
      out += c == '\n' ? "\\n" : "\\t";
    } else if (escape) {
      out += fmt::format("\\u{{{:X}}}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

namespace {

class Writer {
 public:
  explicit Writer(const Layout& layout) : layout_(layout), dice_(layout.seed) {}

  std::vector<SourceFile> run(const SetText& set) {
    std::vector<std::string> declarations;
    for (const Declaration& each : set.declarations) {
      declarations.push_back(each.text + "\n");
    }
    std::vector<std::string> policies;
    for (std::size_t i = 0; i < set.policies.size(); ++i) {
      std::string model;
      std::string text = policy(set.policies[i], i, model);
      if (!model.empty()) {
        declarations.push_back(std::move(model));
      }
      policies.push_back(std::move(text));
    }
    if (layout_.shuffle_declarations) {
      shuffle(declarations);
    }
    if (layout_.shuffle_policies) {
      shuffle(policies);
    }
    return spread(declarations, policies);
  }

 private:
  void shuffle(std::vector<std::string>& texts) {
    for (std::size_t i = texts.size(); i > 1; --i) {
      std::swap(texts[i - 1], texts[dice_.below(i)]);
    }
  }

  /// Policies keep their order over all files unless it may be shuffled.
  std::vector<SourceFile> spread(const std::vector<std::string>& declarations,
                                 const std::vector<std::string>& policies) {
    const std::size_t count = std::max<std::size_t>(layout_.files, 1);
    std::vector<SourceFile> files(count);
    for (std::size_t f = 0; f < count; ++f) {
      files[f].name = fmt::format("{:03}.gate", f);
      files[f].text = layout_.plain ? "" : dice_.pick(openings());
    }
    for (const std::string& text : declarations) {
      files[dice_.below(count)].text += text + gap();
    }
    for (std::size_t i = 0; i < policies.size(); ++i) {
      const std::size_t f =
          layout_.shuffle_policies ? dice_.below(count) : i * count / policies.size();
      files[f].text += policies[i] + gap();
    }
    return files;
  }

  static const std::vector<std::string>& openings() {
    static const std::vector<std::string> kOpenings = {
        "", "", "\xEF\xBB\xBF", "# a file of the fuzzer\n", "\n\n", "\r\n", "\t# größer\r\n"};
    return kOpenings;
  }
  /// Between sections and declarations.
  std::string gap() {
    static const std::vector<std::string> kGaps = {
        "\n", "\n", "\n\n", "\r\n", "\n\t", "\n# or not\n", " # { \"brackets\" ( mean nothing\n"};
    return layout_.plain ? "\n" : dice_.pick(kGaps);
  }
  std::string list(const std::vector<std::string>& items) {
    std::string out;
    for (const std::string& each : items) {
      out += (out.empty() ? "" : !layout_.plain && dice_.one_in(6) ? " ,\n    " : ", ") + each;
    }
    return out + (!layout_.plain && dice_.one_in(8) ? "," : "");
  }

  /// A policy that is written as a template names its values there.
  struct Parameters {
    bool on = false;
    Features* features = nullptr;
    std::vector<std::pair<std::string, Hole>> given;  ///< (name, what)
    std::string add(const Hole& hole) {
      if (features != nullptr) {
        features->use("parameter", hole.type);
      }
      given.emplace_back(fmt::format("p{}", given.size()), hole);
      return given.back().first;
    }
  };
  static std::string filled(const Leaf& leaf, Parameters& parameters) {
    const std::size_t at = leaf.text.find(kHole);
    if (at == std::string::npos) {
      return leaf.text;
    }
    const bool parameter = parameters.on && !leaf.hole.type.empty() && parameters.given.size() < 8;
    return leaf.text.substr(0, at) + (parameter ? parameters.add(leaf.hole) : leaf.hole.value) +
           leaf.text.substr(at + 1);
  }

  std::string sides(std::string_view section, const Sides& sides, std::string_view type,
                    Parameters& parameters) {
    std::vector<std::string> include;
    std::vector<std::string> exclude;
    const bool whole = parameters.on && !type.empty() && dice_.one_in(2);
    Parameters none;
    for (const Leaf& each : sides.include) {
      include.push_back(filled(each, whole ? none : parameters));
    }
    for (const Leaf& each : sides.exclude) {
      exclude.push_back(filled(each, parameters));
    }
    if (whole) {
      std::string value;
      for (const std::string& each : include) {
        value += (value.empty() ? "" : ", ") + each;
      }
      include = {parameters.add({std::string(type), value})};
    }
    const std::string in = "include " + list(include);
    if (exclude.empty()) {
      return fmt::format("{} {}", section, in);
    }
    if (!layout_.plain && exclude.size() > 1 && dice_.one_in(4)) {  // in two assignments
      const std::string last = exclude.back();
      exclude.pop_back();
      return fmt::format("{} exclude {} {} exclude {}", section, last, in, list(exclude));
    }
    return fmt::format("{} {} exclude {}", section, in, list(exclude));
  }

  // NOLINTNEXTLINE(misc-no-recursion): the generator nests a few levels
  std::string condition(const Condition& c, bool outermost, Parameters& parameters) {
    if (c.kind == Condition::Kind::kLeaf) {
      const std::string text = filled(c.leaf, parameters);
      return !layout_.plain && dice_.one_in(12) ? "(" + text + ")" : text;
    }
    if (c.kind == Condition::Kind::kNot) {
      return "not (" + condition(c.parts.front(), true, parameters) + ")";
    }
    std::string out;
    for (const Condition& part : c.parts) {
      out += out.empty() ? "" : c.kind == Condition::Kind::kAnd ? " and " : " or ";
      out += condition(part, false, parameters);
    }
    return outermost ? out : "(" + out + ")";
  }

  std::vector<std::string> sections(const PolicyText& p, Parameters& parameters) {
    std::vector<std::string> out;
    out.push_back(sides("users", p.users, "users", parameters));
    const bool apps = p.target.include.front().text.find("context ") == std::string::npos &&
                      p.target.include.front().text.find("action ") == std::string::npos;
    out.push_back(sides("target", p.target, apps ? "apps" : "", parameters));
    if (p.when) {
      out.push_back("when " + condition(*p.when, true, parameters));
    }
    if (!p.grant.empty()) {
      std::string grant = p.grant;
      constexpr std::string_view kStrength = "require strength ";
      if (parameters.on && grant.starts_with(kStrength)) {
        grant =
            std::string(kStrength) + parameters.add({"strength", grant.substr(kStrength.size())});
      }
      out.push_back("grant " + grant);
    }
    if (!p.session.empty()) {
      std::vector<std::string> items = p.session;
      constexpr std::string_view kFrequency = "sign_in_frequency ";
      if (parameters.on && items[0].starts_with(kFrequency) &&
          items[0].find_first_of("0123456789") == kFrequency.size() &&
          items[0].find(' ', kFrequency.size()) == std::string::npos) {
        items[0] = std::string(kFrequency) +
                   parameters.add({"duration", items[0].substr(kFrequency.size())});
      }
      out.push_back("session " + list(items));
    }
    return out;
  }

  std::string braces(const std::vector<std::string>& parts) {
    std::string out = "{";
    for (const std::string& each : parts) {
      out += (layout_.plain ? "\n  " : gap() + "  ") + each;
    }
    return out + "\n}\n";
  }

  std::string policy(const PolicyText& p, std::size_t number, std::string& model) {
    Parameters parameters{p.by_template, layout_.features, {}};
    std::vector<std::string> parts = sections(p, parameters);
    if (!layout_.plain && dice_.one_in(3)) {
      shuffle(parts);
    }
    if (p.by_template) {
      if (layout_.features != nullptr) {
        layout_.features->use("declaration", "template");
      }
      std::string declared;
      std::string given;
      for (const auto& [name, hole] : parameters.given) {
        declared += fmt::format("{}{} : {}", declared.empty() ? "" : ", ", name, hole.type);
        const bool several =
            hole.type == "users" || hole.type == "apps" || hole.type == "locations";
        given += fmt::format("{}{} {}", given.empty() ? "" : ", ", name,
                             several ? "(" + hole.value + ")" : hole.value);
      }
      const auto bracketed = [](const std::string& s) { return s.empty() ? s : "(" + s + ")"; };
      model = fmt::format("template Model{}{} {}", number, bracketed(declared), braces(parts));
      parts = {fmt::format("apply Model{}{}", number, bracketed(given))};
    }
    static constexpr std::string_view kStates[] = {"on", "report_only", "off"};
    const bool said =
        p.state != PolicyState::kOn || !p.until.empty() || (!layout_.plain && dice_.one_in(6));
    if (said) {
      parts.insert(parts.begin(),
                   fmt::format("state {}{}", kStates[static_cast<std::size_t>(p.state)], p.until));
    }
    if (!p.id.empty()) {
      parts.insert(parts.begin(), "id " + literal_of(p.id));
    }
    const std::string comment = p.description.empty() ? "" : "## " + p.description + "\n";
    return comment + "policy " + literal_of(p.name, layout_.plain ? nullptr : &dice_) + " " +
           braces(parts);
  }

  const Layout& layout_;
  Dice dice_;
};

}  // namespace

std::vector<SourceFile> render(const SetText& set, const Layout& layout) {
  return Writer(layout).run(set);
}

}  // namespace gate::differential
