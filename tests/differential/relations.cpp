#include "tests/differential/relations.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "compiler/format/format.h"
#include "tests/differential/generate.h"
#include "tests/differential/graph_round_trip.h"

namespace gate::differential {
namespace {

/// What a set says of a sign-in, in words that mean the same in another set.
struct Said {
  Decision decision;  ///< without what is numbered by the set
  std::set<std::string> required;
  std::set<std::string> unmet;
  std::set<std::string> applied;
  bool rejected = false;
};

std::set<std::string> clause_texts(const PolicySet& set, const ClauseSet& some) {
  std::set<std::string> out;
  for (std::size_t i = 0; i < set.clause_count(); ++i) {
    if (some.contains(i)) {
      out.emplace(set.clause(i));
    }
  }
  return out;
}

Said said_by(const PolicySet& set, const SignInFacts& facts) {
  const SignInView view(facts);
  const Explanation explained = set.explain(view.request());
  Said out;
  out.decision = explained.decision;
  out.required = clause_texts(set, out.decision.required);
  out.unmet = clause_texts(set, out.decision.unmet);
  for (const std::uint32_t policy : applied_by(explained, Plan::kEnforced)) {
    out.applied.emplace(set.policy(policy).name);
  }
  out.rejected = out.decision.reasons[0].code == ReasonCode::kRequestRejected;
  out.decision.required = out.decision.unmet = {};
  out.decision.reasons = {};
  out.decision.reason_count = 0;
  return out;
}

std::string difference(const Said& a, const Said& b, bool names) {
  std::string out;
  const auto member = [&out](std::string_view what, const std::string& x, const std::string& y) {
    out += x == y ? "" : fmt::format("{}: {} before, {} after\n", what, x, y);
  };
  const auto& d = a.decision;
  const auto& e = b.decision;
  member("outcome", std::string(name(d.outcome)), std::string(name(e.outcome)));
  member("error code", fmt::format("{}", d.error_code), fmt::format("{}", e.error_code));
  member("reauthenticate", fmt::format("{}", d.reauthenticate),
         fmt::format("{}", e.reauthenticate));
  member("second factors", fmt::format("{:x}", d.second_factors.bits()),
         fmt::format("{:x}", e.second_factors.bits()));
  member("session",
         fmt::format("{} {} {} {} {} {}", d.session.sign_in_frequency_s,
                     d.session.secondary_frequency_s, d.session.flags,
                     static_cast<int>(d.session.persistent_browser),
                     static_cast<int>(d.session.cloud_app_security),
                     static_cast<int>(d.session.access_evaluation)),
         fmt::format("{} {} {} {} {} {}", e.session.sign_in_frequency_s,
                     e.session.secondary_frequency_s, e.session.flags,
                     static_cast<int>(e.session.persistent_browser),
                     static_cast<int>(e.session.cloud_app_security),
                     static_cast<int>(e.session.access_evaluation)));
  if (names) {
    member("required", fmt::format("{}", a.required), fmt::format("{}", b.required));
    member("unmet", fmt::format("{}", a.unmet), fmt::format("{}", b.unmet));
    member("applied", fmt::format("{}", a.applied), fmt::format("{}", b.applied));
  } else {
    member("number required", fmt::format("{}", a.required.size()),
           fmt::format("{}", b.required.size()));
    member("number unmet", fmt::format("{}", a.unmet.size()), fmt::format("{}", b.unmet.size()));
    member("number applied", fmt::format("{}", d.applied_count),
           fmt::format("{}", e.applied_count));
  }
  return out;
}

bool holds_all(const std::set<std::string>& more, const std::set<std::string>& less) {
  return std::includes(more.begin(), more.end(), less.begin(), less.end());
}

/// Identifiers of a text replaced, strings left alone.
std::string renamed(const std::string& text, const std::map<std::string, std::string>& names) {
  const auto part = [](char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           static_cast<unsigned char>(c) >= 0x80;
  };
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i + 1;
    if (text[i] == '"') {
      while (end < text.size() && text[end] != '"') {
        end += text[end] == '\\' ? 2 : 1;
      }
      ++end;
    } else if (part(text[i])) {
      while (end < text.size() && part(text[end])) {
        ++end;
      }
    }
    const std::string word = text.substr(i, end - i);
    const auto found = names.find(word);
    out += found == names.end() ? word : found->second;
    i = end;
  }
  return out;
}

class Relation {
 public:
  Relation(std::string_view name, const SetText& set, const World& world,
           const std::vector<SignInFacts>& requests, std::uint64_t seed, Statistics* statistics)
      : name_(name),
        set_(set),
        world_(world),
        requests_(requests),
        dice_(seed),
        seed_(seed),
        statistics_(statistics) {}

  Difference run() {
    before_ = compile(files());
    if (before_ == nullptr) {
      return found_;
    }
    if (name_ == "layout") {
      return layout();
    }
    if (name_ == "order") {
      Layout other = another();
      other.shuffle_policies = true;
      return same(compile(render(set_, other)));
    }
    if (name_ == "names") {
      return names();
    }
    if (name_ == "templates") {
      SetText other = set_;
      for (PolicyText& each : other.policies) {
        each.by_template = !each.by_template;
      }
      return same(compile(render(other, {})));
    }
    if (name_ == "idle") {
      return idle();
    }
    if (name_ == "twice") {
      return twice();
    }
    if (name_ == "more") {
      return more();
    }
    if (name_ == "format") {
      return format();
    }
    return name_ == "cache" ? cache() : graph();
  }

 private:
  std::vector<SourceFile> files() const { return render(set_, {}); }
  Layout another() {
    Layout out;
    out.seed = seed_ + 1;
    out.files = 1 + dice_.below(5);
    out.shuffle_declarations = true;
    return out;
  }

  std::shared_ptr<const PolicySet> compile(std::vector<SourceFile> files) {
    CompileOutput output = compile_text(std::move(files), Backend::kInterpreter);
    if (output.policies == nullptr) {
      const auto error =
          std::find_if(output.diagnostics.begin(), output.diagnostics.end(),
                       [](const Diagnostic& d) { return d.severity == Severity::kError; });
      found_ = {kind() + " compile " + (error == output.diagnostics.end() ? "" : error->code),
                "it does not compile any more\n" + render_text(output, false), 0};
    }
    return output.policies;
  }
  std::string kind() const { return "relation " + std::string(name_); }

  /// Calls f(before, after) for every request until it says something.
  template <typename F>
  Difference compare(const std::shared_ptr<const PolicySet>& after, F f) {
    if (after == nullptr) {
      return found_;
    }
    for (std::size_t i = 0; i < requests_.size(); ++i) {
      const std::string text = f(said_by(*before_, requests_[i]), said_by(*after, requests_[i]));
      if (statistics_ != nullptr) {
        ++statistics_->relations[std::string(name_)];
      }
      if (!text.empty()) {
        return {kind(), text, i};
      }
    }
    return {};
  }
  Difference same(const std::shared_ptr<const PolicySet>& after) {
    return compare(after, [](const Said& a, const Said& b) { return difference(a, b, true); });
  }
  Difference same_digest(const std::shared_ptr<const PolicySet>& after) {
    if (after != nullptr && after->digest() != before_->digest()) {
      return {kind(), fmt::format("digest {} before, {} after", before_->digest(), after->digest()),
              0};
    }
    return same(after);
  }

  Difference layout() {
    // The dice of one seed lay templates out alike, so only what may not matter differs.
    return same_digest(compile(render(without_templates(), another())));
  }
  SetText without_templates() {
    SetText out = set_;
    for (PolicyText& each : out.policies) {
      each.by_template = false;
    }
    before_ = compile(render(out, {}));
    return out;
  }

  Difference names() {
    std::map<std::string, std::string> names;
    std::size_t n = 0;
    for (const auto* list :
         {&world_.user_sets, &world_.app_sets, &world_.location_sets, &world_.lets}) {
      for (const World::Named& each : *list) {
        names[each.name] = fmt::format("Zz_{}_\xC3\xA9", ++n);
      }
    }
    for (const auto& [name, id] : world_.contexts) {
      names[name] = fmt::format("Context_{}", ++n);
    }
    SetText other = set_;
    for (std::size_t i = 0; i < other.policies.size(); ++i) {
      other.policies[i].name = fmt::format("renamed {}", i);
    }
    std::vector<SourceFile> files = render(other, {});
    for (SourceFile& file : files) {
      file.text = renamed(file.text, names);
    }
    std::map<std::string, std::string> back;
    for (std::size_t i = 0; i < set_.policies.size(); ++i) {
      back[other.policies[i].name] = set_.policies[i].name;
    }
    return compare(compile(std::move(files)), [&back](const Said& a, Said b) {
      std::set<std::string> applied;
      for (const std::string& each : b.applied) {
        applied.insert(back[each]);
      }
      b.applied = std::move(applied);
      return difference(a, b, true);
    });
  }

  PolicyText extra(std::size_t number) {
    Features ignored;
    PolicyText out = random_policy(world_, dice_, ignored, 100'000 + number);
    out.id.clear();
    out.state = PolicyState::kOn;
    return out;
  }
  static Leaf never(const char* text) {
    Leaf leaf;
    leaf.text = text;
    leaf.truth = [](const SignInFacts&) { return Truth::kFalse; };
    leaf.make = [](Dice&, SignInFacts&, bool) {};
    return leaf;
  }
  Difference idle() {
    SetText other = set_;
    PolicyText off = extra(0);
    off.state = PolicyState::kOff;
    PolicyText nobody = extra(1);
    nobody.users.include = {never("none")};
    PolicyText nothing = extra(2);
    nothing.target.include = {never("none")};
    PolicyText never_true = extra(3);
    never_true.when = Condition{Condition::Kind::kLeaf, never("false"), {}};
    for (PolicyText* each : {&off, &nobody, &nothing, &never_true}) {
      other.policies.insert(other.policies.begin() +
                                static_cast<std::ptrdiff_t>(dice_.below(other.policies.size() + 1)),
                            std::move(*each));
    }
    return same(compile(render(other, {})));
  }
  Difference twice() {
    SetText other = set_;
    for (const PolicyText& each : set_.policies) {
      PolicyText copy = each;
      copy.name += " again";
      copy.id.clear();
      other.policies.push_back(std::move(copy));
    }
    return compare(compile(render(other, {})), [](const Said& a, Said b) {
      if (b.decision.applied_count != 2 * a.decision.applied_count) {
        return fmt::format("{} policies applied, of two each {}", a.decision.applied_count,
                           b.decision.applied_count);
      }
      b.decision.applied_count = a.decision.applied_count;
      std::erase_if(b.applied, [](const std::string& each) { return each.ends_with(" again"); });
      return difference(a, b, true);
    });
  }
  Difference more() {
    SetText other = set_;
    PolicyText one = extra(0);
    // On an action a strength takes the place of others (conditional-access 2.5).
    if (one.grant.find("strength") != std::string::npos &&
        std::any_of(one.target.include.begin(), one.target.include.end(),
                    [](const Leaf& item) { return item.text.starts_with("action"); })) {
      one.grant = "block";
    }
    other.policies.push_back(std::move(one));
    return compare(compile(render(other, {})), [](const Said& a, const Said& b) -> std::string {
      if (a.decision.applied_count == 0) {
        return "";  // the set's default stood, and may stand no longer
      }
      SessionControls merged = b.decision.session;
      merged.merge(a.decision.session);
      const bool fine = b.decision.outcome <= a.decision.outcome &&
                        holds_all(b.required, a.required) && holds_all(b.unmet, a.unmet) &&
                        holds_all(b.applied, a.applied) &&
                        // A block asks for nothing to be done again: it is the stricter answer.
                        (b.decision.outcome == Outcome::kBlock ||
                         b.decision.reauthenticate >= a.decision.reauthenticate) &&
                        merged == b.decision.session;
      return fine ? "" : "one more policy takes a demand away\n" + difference(a, b, true);
    });
  }

  Difference format() {
    std::vector<SourceFile> formatted = files();
    for (SourceFile& file : formatted) {
      compiler::SourceMap sources;
      const std::uint32_t number = sources.add(file.name, file.text);
      compiler::DiagnosticCollector diagnostics;
      const auto once = compiler::format_file(sources, number, {}, diagnostics);
      if (!once) {
        return {kind(), "what compiles cannot be formatted", 0};
      }
      file.text = *once;
    }
    return same_digest(compile(std::move(formatted)));
  }

  Difference cache() {
    // Kept from set to set, as a server does from edit to edit.
    static CompileCache kept;
    CompileOptions options;
    options.allow_empty = true;
    options.backend = Backend::kInterpreter;
    options.today = Date{.year = 2026, .month = 11, .day = 25};
    options.cache = &kept;
    for (const bool edited : {true, false}) {
      SetText other = set_;
      if (edited && !other.policies.empty()) {
        PolicyText& policy = other.policies[dice_.below(other.policies.size())];
        policy.description = "edited";
        policy.state = policy.state == PolicyState::kOff ? PolicyState::kOn : PolicyState::kOff;
      }
      const CompileOutput output = gate::compile(render(other, {}), options);
      if (output.policies == nullptr) {
        return {kind(), "with a cache it does not compile\n" + render_text(output, false), 0};
      }
      if (!edited) {
        return same_digest(output.policies);
      }
    }
    return {};
  }

  Difference graph() {
    const SetText some = what_graph_can_say(set_);
    if (some.policies.empty()) {
      return {};
    }
    before_ = compile(render(some, {}));
    std::string problem;
    auto files = through_graph(some, problem);
    if (!problem.empty() || files.empty()) {
      return {problem.empty() ? "" : kind(), problem, 0};
    }
    if (statistics_ != nullptr) {
      statistics_->relations["graph policies"] += some.policies.size();
    }
    return compare(compile(std::move(files)), [](const Said& a, const Said& b) {
      // Graph has no signals, so it rejects none of them.
      return a.rejected ? "" : difference(a, b, false);
    });
  }

  std::string_view name_;
  const SetText& set_;
  const World& world_;
  const std::vector<SignInFacts>& requests_;
  Dice dice_;
  std::uint64_t seed_;
  Statistics* statistics_;
  std::shared_ptr<const PolicySet> before_;
  Difference found_;
};

}  // namespace

const std::vector<std::string_view>& relations() {
  static const std::vector<std::string_view> kRelations = {
      "layout", "order", "names", "templates", "idle", "twice", "more", "format", "cache", "graph"};
  return kRelations;
}

Difference relate(std::string_view relation, const SetText& set, const World& world,
                  const std::vector<SignInFacts>& requests, std::uint64_t seed,
                  Statistics* statistics) {
  return Relation(relation, set, world, requests, seed, statistics).run();
}

}  // namespace gate::differential
