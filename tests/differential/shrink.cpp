#include "tests/differential/shrink.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <gate/request_json.hpp>

namespace gate::differential {
namespace {

class Shrinker {
 public:
  Shrinker(Case failing, const std::function<bool(const Case&)>& fails, std::size_t attempts)
      : best_(std::move(failing)), fails_(fails), attempts_(attempts) {}

  Case run() {
    drop_from([](Case& c) -> auto& { return c.set.policies; });
    bool better = true;
    while (better && attempts_ > 0) {
      better = policies();
      better = drop_from([](Case& c) -> auto& { return c.set.declarations; }) || better;
      better = facts() || better;
    }
    return std::move(best_);
  }

 private:
  /// Keeps the change if the case still fails.
  template <typename Change>
  bool attempt(Change change) {
    if (attempts_ == 0) {
      return false;
    }
    Case candidate = best_;
    if (!change(candidate)) {
      return false;
    }
    --attempts_;
    if (!fails_(candidate)) {
      return false;
    }
    best_ = std::move(candidate);
    return true;
  }

  /// Drops runs of elements, halves first.
  template <typename Get>
  bool drop_from(Get get) {
    bool any = false;
    for (std::size_t run = std::max<std::size_t>(get(best_).size() / 2, 1); run > 0; run /= 2) {
      for (std::size_t at = 0; at < get(best_).size();) {
        const bool dropped = attempt([&](Case& c) {
          auto& list = get(c);
          const std::size_t end = std::min(at + run, list.size());
          list.erase(list.begin() + static_cast<std::ptrdiff_t>(at),
                     list.begin() + static_cast<std::ptrdiff_t>(end));
          return true;
        });
        any = any || dropped;
        at += dropped ? 0 : run;
      }
    }
    return any;
  }

  /// Puts one part of a condition in place of the whole.
  static bool simplify(Condition& c, std::size_t& which) {  // NOLINT(misc-no-recursion)
    for (Condition& part : c.parts) {
      if (which-- == 0) {
        Condition chosen = std::move(part);
        c = std::move(chosen);
        return true;
      }
      if (simplify(part, which)) {
        return true;
      }
    }
    return false;
  }

  bool policies() {
    bool any = false;
    for (std::size_t p = 0; p < best_.set.policies.size(); ++p) {
      const auto change = [&](auto edit) {
        any = attempt([&](Case& c) { return edit(c.set.policies[p]); }) || any;
      };
      change([](PolicyText& t) { return std::exchange(t.by_template, false); });
      change([](PolicyText& t) { return !std::exchange(t.description, "").empty(); });
      change([](PolicyText& t) { return !std::exchange(t.until, "").empty(); });
      change([](PolicyText& t) { return !std::exchange(t.id, "").empty(); });
      change([](PolicyText& t) {
        const bool had = t.when.has_value();
        t.when.reset();
        return had;
      });
      change([](PolicyText& t) {
        return !t.session.empty() && !t.grant.empty() && (t.session.clear(), true);
      });
      change([](PolicyText& t) { return std::exchange(t.grant, "block") != "block"; });
      for (std::size_t i = 0; best_.set.policies[p].when && i < 64; ++i) {
        const bool simpler = attempt([&](Case& c) {
          std::size_t which = i;
          return simplify(*c.set.policies[p].when, which);
        });
        any = any || simpler;
      }
      any = items(p) || any;
    }
    return any;
  }

  bool items(std::size_t p) {
    bool any = drop_from([p](Case& c) -> auto& { return c.set.policies[p].users.exclude; });
    any = drop_from([p](Case& c) -> auto& { return c.set.policies[p].target.exclude; }) || any;
    any = drop_but_one([p](Case& c) -> auto& { return c.set.policies[p].users.include; }) || any;
    any = drop_but_one([p](Case& c) -> auto& { return c.set.policies[p].target.include; }) || any;
    return drop_but_one([p](Case& c) -> auto& { return c.set.policies[p].session; }) || any;
  }
  template <typename Get>
  bool drop_but_one(Get get) {
    bool any = false;
    for (std::size_t at = 0; at < get(best_).size() && get(best_).size() > 1;) {
      const bool dropped = attempt([&](Case& c) {
        get(c).erase(get(c).begin() + static_cast<std::ptrdiff_t>(at));
        return true;
      });
      any = any || dropped;
      at += dropped ? 0 : 1;
    }
    return any;
  }

  bool facts() {
    bool any = false;
    const SignInFacts sparse;
    const auto reset = [&](auto member) {
      any = attempt([&](Case& c) {
              if (c.facts.*member == sparse.*member) {
                return false;
              }
              c.facts.*member = sparse.*member;
              return true;
            }) ||
            any;
    };
    reset(&SignInFacts::flow);
    reset(&SignInFacts::external_tenant);
    reset(&SignInFacts::client);
    reset(&SignInFacts::platform);
    reset(&SignInFacts::ip);
    reset(&SignInFacts::country);
    reset(&SignInFacts::sign_in_risk);
    reset(&SignInFacts::user_risk);
    reset(&SignInFacts::service_principal_risk);
    reset(&SignInFacts::insider_risk);
    reset(&SignInFacts::transfer_method);
    reset(&SignInFacts::original_transfer_method);
    reset(&SignInFacts::session_age_s);
    reset(&SignInFacts::now_unix_s);
    any = attempt([&](Case& c) {
            const bool said = c.facts.device.registered || c.facts.device.reported_lost;
            c.facts.device = {};
            return said;
          }) ||
          any;
    any = drop_from([](Case& c) -> auto& { return c.facts.groups; }) || any;
    any = drop_from([](Case& c) -> auto& { return c.facts.roles; }) || any;
    any = drop_from([](Case& c) -> auto& { return c.facts.app_groups; }) || any;
    any = drop_from([](Case& c) -> auto& { return c.facts.completed; }) || any;
    any = drop_from([](Case& c) -> auto& { return c.facts.satisfied; }) || any;
    any = drop_from([](Case& c) -> auto& { return c.facts.strings; }) || any;
    any = drop_from([](Case& c) -> auto& { return c.facts.lists; }) || any;
    return drop_from([](Case& c) -> auto& { return c.facts.signals; }) || any;
  }

  Case best_;
  const std::function<bool(const Case&)>& fails_;
  std::size_t attempts_;
};

/// A declaration that means something to texts that do not name it stays while they do.
bool lost_what_is_meant(const Case& before, const Case& now) {
  std::string texts;
  Layout plain;
  plain.plain = true;
  for (const SourceFile& file : render(now.set, plain)) {
    texts += file.text;
  }
  for (const Declaration& each : before.set.declarations) {
    if (each.kept_for.empty()) {
      continue;
    }
    const bool kept = texts.find(each.text) != std::string::npos;
    const bool asked = texts.find("in " + each.kept_for) != std::string::npos ||
                       texts.find(each.kept_for + ",") != std::string::npos ||
                       texts.find(each.kept_for + "]") != std::string::npos ||
                       texts.find(each.kept_for + ")") != std::string::npos;
    if (!kept && asked) {
      return true;
    }
  }
  return false;
}

}  // namespace

Case shrink(Case failing, const std::function<bool(const Case&)>& fails, std::size_t attempts) {
  const Case original = failing;
  const std::function<bool(const Case&)> guarded = [&](const Case& candidate) {
    return !lost_what_is_meant(original, candidate) && fails(candidate);
  };
  return Shrinker(std::move(failing), guarded, attempts).run();
}

std::string write_reproducer(const Case& failing, const std::string& folder,
                             const std::string& remark) {
  namespace fs = std::filesystem;
  fs::create_directories(fs::path(folder) / "policies");
  Layout plain;
  plain.plain = true;
  for (const SourceFile& file : render(failing.set, plain)) {
    std::ofstream(fs::path(folder) / "policies" / file.name, std::ios::binary) << file.text;
  }
  std::ofstream(fs::path(folder) / "request.json", std::ios::binary) << to_json(failing.facts);
  const std::string command = fmt::format(
      "gatec eval --today 2026-11-25 --json-request {0}/request.json {0}/policies", folder);
  std::ofstream(fs::path(folder) / "README.txt", std::ios::binary) << remark << "\n"
                                                                   << command << "\n";
  return command;
}

}  // namespace gate::differential
