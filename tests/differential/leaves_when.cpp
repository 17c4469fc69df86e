// What was done and when: methods, ages, times of day, weekdays.

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <limits>

#include "tests/differential/leaves.h"

namespace gate::differential {
namespace {

struct Duration {
  const char* text;
  std::int64_t seconds;
};
constexpr Duration kDurations[] = {{"0s", 0},       {"1s", 1},          {"30s", 30},
                                   {"5m", 300},     {"15m", 900},       {"4h", 14'400},
                                   {"7d", 604'800}, {"30d", 2'592'000}, {"3650d", 315'360'000}};

bool compares(std::int64_t left, const std::string& op, std::int64_t right) {
  return op == "=="   ? left == right
         : op == "!=" ? left != right
         : op == "<"  ? left < right
         : op == "<=" ? left <= right
         : op == ">"  ? left > right
                      : left >= right;
}
std::string mirrored(const std::string& op) {
  return op[0] == '<' ? ">" + op.substr(1) : op[0] == '>' ? "<" + op.substr(1) : op;
}

/// The local calendar by the C library, which reads the time zone database on its own.
std::tm local(std::int64_t utc, const std::string& zone) {
  static std::string current;
  if (current != zone) {
    setenv("TZ", zone.c_str(), 1);  // NOLINT(concurrency-mt-unsafe): one thread generates
    tzset();
    current = zone;
  }
  const auto time = static_cast<std::time_t>(utc);
  std::tm out{};
  localtime_r(&time, &out);
  return out;
}

void set_age(SignInFacts& f, Method method, std::int64_t age) {
  std::erase_if(f.completed, [method](const CompletedMethod& c) { return c.method == method; });
  const std::int64_t most = std::numeric_limits<std::uint32_t>::max();
  f.completed.push_back(
      {method, static_cast<std::uint32_t>(std::clamp<std::int64_t>(age, 0, most))});
}

/// The most recent time that a method was done.
std::optional<std::int64_t> age_of(const SignInFacts& f, Method method) {
  std::optional<std::int64_t> out;
  for (const CompletedMethod& c : f.completed) {
    if (c.method == method && (!out || c.age_s < *out)) {
      out = c.age_s;
    }
  }
  return out;
}

}  // namespace

Leaf Leaves::method_age(Method method) {
  const std::string path = fmt::format("completed.{}", name(method));
  Leaf leaf;
  if (d_.one_in(4)) {
    leaf.text = path;
    leaf.truth = whether([method](const SignInFacts& f) { return age_of(f, method).has_value(); });
    leaf.make = [method](Dice&, SignInFacts& f, bool holds) {
      std::erase_if(f.completed, [method](const CompletedMethod& c) { return c.method == method; });
      if (holds) {
        f.completed.push_back({method, 0});
      }
    };
    return leaf;
  }
  const Duration& limit = kDurations[d_.below(std::size(kDurations))];
  const auto near = [method, limit](Dice& dice, SignInFacts& f, bool) {
    set_age(f, method, limit.seconds + static_cast<std::int64_t>(dice.below(3)) - 1);
  };
  if (d_.one_in(5)) {
    const Duration& low = kDurations[d_.below(std::size(kDurations))];
    const bool negated = d_.one_in(3);
    use("operator", negated ? "not between" : "between");
    leaf.text =
        fmt::format("{}{} between {} and {}", path, negated ? " not" : "", low.text, limit.text);
    leaf.truth = whether([method, low, limit](const SignInFacts& f) {
      const auto age = age_of(f, method);
      return age && *age >= low.seconds && *age <= limit.seconds;
    });
    leaf.make = near;
    return negated ? negative(std::move(leaf)) : leaf;
  }
  const std::string chosen = op({"==", "!=", "<", "<=", ">", ">="});
  const bool value_first = d_.one_in(6);
  if (value_first) {
    use("operator", "value first");
    leaf.text = fmt::format("{} {} {}", limit.text, mirrored(chosen), path);
  } else {
    leaf.text = fmt::format("{} {} {}", path, chosen, kHole);
    leaf.hole = {"duration", limit.text};
  }
  leaf.truth = whether([method, limit, chosen](const SignInFacts& f) {
    const auto age = age_of(f, method);
    return age ? compares(*age, chosen, limit.seconds) : chosen == "!=";
  });
  leaf.make = near;
  return leaf;
}

Leaf Leaves::method_test() {
  const auto method = [&] {
    const auto m = static_cast<Method>(d_.below(kMethodCount));
    use("method in a condition", name(m));
    return m;
  };
  if (d_.one_in(2)) {
    use("fact", "completed.*");
    return method_age(method());
  }
  use("fact", "completed");
  const bool negated = d_.one_in(3);
  use("operator", negated ? "not contains" : "contains");
  std::vector<Method> methods;
  std::vector<std::string> pieces;
  for (std::size_t i = 1 + d_.below(3); i > 0; --i) {
    methods.push_back(method());
    pieces.emplace_back(name(methods.back()));
  }
  Leaf leaf;
  leaf.text = fmt::format("completed {}contains {}", negated ? "not " : "",
                          pieces.size() == 1 ? pieces[0] : bracketed(pieces));
  leaf.truth = whether([methods](const SignInFacts& f) {
    return std::any_of(methods.begin(), methods.end(),
                       [&f](Method m) { return age_of(f, m).has_value(); });
  });
  leaf.make = [methods](Dice& dice, SignInFacts& f, bool holds) {
    if (holds) {
      set_age(f, dice.pick(methods), static_cast<std::int64_t>(dice.below(1000)));
    } else {
      std::erase_if(f.completed, [&methods](const CompletedMethod& c) {
        return std::find(methods.begin(), methods.end(), c.method) != methods.end();
      });
    }
  };
  return negated ? negative(std::move(leaf)) : leaf;
}

Leaf Leaves::age_test() {
  const bool session = d_.one_in(2);
  const std::string path = session ? "session_age" : "device.first_seen";
  use("fact", path);
  const auto age = [session](auto& facts) -> auto& {
    return session ? facts.session_age_s : facts.device.first_seen_s;
  };
  const Duration& limit = kDurations[d_.below(std::size(kDurations))];
  Leaf leaf;
  leaf.make = [limit, age](Dice& dice, SignInFacts& f, bool) {
    age(f) =
        std::max<std::int64_t>(0, limit.seconds + static_cast<std::int64_t>(dice.below(3)) - 1);
  };
  if (d_.one_in(5)) {
    const Duration& low = kDurations[d_.below(std::size(kDurations))];
    const bool negated = d_.one_in(3);
    use("operator", negated ? "not between" : "between");
    leaf.text =
        fmt::format("{}{} between {} and {}", path, negated ? " not" : "", low.text, limit.text);
    leaf.truth = [low, limit, age](const SignInFacts& f) {
      return !age(f)                                              ? Truth::kUnknown
             : *age(f) >= low.seconds && *age(f) <= limit.seconds ? Truth::kTrue
                                                                  : Truth::kFalse;
    };
    return negated ? negative(std::move(leaf)) : leaf;
  }
  const std::string chosen = op({"==", "!=", "<", "<=", ">", ">="});
  if (d_.one_in(6)) {
    use("operator", "value first");
    leaf.text = fmt::format("{} {} {}", limit.text, mirrored(chosen), path);
  } else {
    leaf.text = fmt::format("{} {} {}", path, chosen, kHole);
    leaf.hole = {"duration", limit.text};
  }
  leaf.truth = [limit, chosen, age](const SignInFacts& f) {
    return !age(f)                                    ? Truth::kUnknown
           : compares(*age(f), chosen, limit.seconds) ? Truth::kTrue
                                                      : Truth::kFalse;
  };
  return leaf;
}

/// `now.date`, days as year * 10,000 + month * 100 + day.
Leaf Leaves::date_test() {
  use("fact", "now.date");
  struct Day {
    const char* text;
    std::int64_t number;
    std::int64_t utc;  ///< its beginning in UTC
  };
  static constexpr Day kDays[] = {{"2024-02-29", 20'240'229, 1'709'164'800},
                                  {"2026-03-29", 20'260'329, 1'774'742'400},
                                  {"2026-10-25", 20'261'025, 1'792'886'400},
                                  {"2026-12-31", 20'261'231, 1'798'675'200},
                                  {"2027-01-01", 20'270'101, 1'798'761'600}};
  static const std::vector<std::string> kZones = {"Europe/Vienna", "America/New_York", "UTC"};
  const Day& day = kDays[d_.below(std::size(kDays))];
  const auto date = [](const SignInFacts& f, const std::string& zone) {
    const std::tm t = local(*f.now_unix_s, zone);
    return std::int64_t{t.tm_year + 1900} * 10'000 + (t.tm_mon + 1) * 100 + t.tm_mday;
  };
  const auto known = [](auto holds) {
    return [holds](const SignInFacts& f) {
      return !f.now_unix_s ? Truth::kUnknown : holds(f) ? Truth::kTrue : Truth::kFalse;
    };
  };
  Leaf leaf;
  leaf.make = [day](Dice& dice, SignInFacts& f, bool) {  // around its ends, in some zone
    f.now_unix_s = day.utc + static_cast<std::int64_t>(dice.below(4)) * 43'200 - 43'200 -
                   static_cast<std::int64_t>(dice.below(3)) * 3600 +
                   static_cast<std::int64_t>(dice.below(3)) - 1;
  };
  if (d_.one_in(2)) {
    const std::string chosen = op({"==", "!=", "<", "<=", ">", ">="});
    leaf.text = fmt::format("now.date {} {}", chosen, day.text);
    leaf.truth =
        known([=](const SignInFacts& f) { return compares(date(f, "UTC"), chosen, day.number); });
    return leaf;
  }
  const bool negated = d_.one_in(3);
  const Day& other = kDays[d_.below(std::size(kDays))];
  const std::string zone = d_.pick(kZones);
  use("operator", "in zone");
  if (d_.one_in(2)) {
    use("operator", negated ? "not between" : "between");
    leaf.text = fmt::format("now.date{} between {} and {} in \"{}\"", negated ? " not" : "",
                            day.text, other.text, zone);
    leaf.truth = known([=](const SignInFacts& f) {
      const std::int64_t d = date(f, zone);
      return d >= day.number && d <= other.number;
    });
  } else {
    use("operator", negated ? "not in" : "in");
    leaf.text = fmt::format("now.date {} [{}, {}] in \"{}\"", negated ? "not in" : "in", day.text,
                            other.text, zone);
    leaf.truth = known([=](const SignInFacts& f) {
      const std::int64_t d = date(f, zone);
      return d == day.number || d == other.number;
    });
  }
  return negated ? negative(std::move(leaf)) : leaf;
}

Leaf Leaves::time_test() {
  if (d_.one_in(3)) {
    return date_test();
  }
  static const std::vector<std::string> kZones = {"Europe/Vienna", "America/New_York",
                                                  "Asia/Kolkata", "Pacific/Chatham", "UTC"};
  static const std::vector<std::string> kDays = {"monday", "tuesday",  "wednesday", "thursday",
                                                 "friday", "saturday", "sunday"};
  std::string zone = d_.one_in(4) ? "" : d_.pick(kZones);
  const auto in_zone = [&] {
    if (!zone.empty()) {
      use("operator", "in zone");
    }
    return zone.empty() ? std::string() : " in " + literal_of(zone);
  };
  const auto at = [](const SignInFacts& f, const std::string& where) {
    return local(*f.now_unix_s, where.empty() ? "UTC" : where);
  };
  const auto known = [](auto holds) {
    return [holds](const SignInFacts& f) {
      return !f.now_unix_s ? Truth::kUnknown : holds(f) ? Truth::kTrue : Truth::kFalse;
    };
  };
  Leaf leaf;
  const bool negated = d_.one_in(3);
  // Some hour of some day: half of all windows are met by chance.
  leaf.make = [](Dice& dice, SignInFacts& f, bool) {
    f.now_unix_s = 1'700'000'000 + static_cast<std::int64_t>(dice.below(100'000'000));
  };
  if (d_.one_in(2)) {
    use("fact", "now.weekday");
    const std::vector<std::string> days = some(kDays, 4);
    for (const std::string& day : days) {
      use("weekday", day);
    }
    const bool one = days.size() == 1 && d_.one_in(2);
    zone = one ? "" : zone;
    use("operator", one ? negated ? "!=" : "==" : negated ? "not in" : "in");
    leaf.text = one ? fmt::format("now.weekday {} {}", negated ? "!=" : "==", days[0])
                    : fmt::format("now.weekday {} {}{}", negated ? "not in" : "in", bracketed(days),
                                  in_zone());
    leaf.truth = known([days, zone, at](const SignInFacts& f) {
      const int sunday_first = at(f, zone).tm_wday;
      const std::string& day = kDays[static_cast<std::size_t>((sunday_first + 6) % 7)];
      return std::find(days.begin(), days.end(), day) != days.end();
    });
    return negated ? negative(std::move(leaf)) : leaf;
  }
  use("fact", "now.time");
  static constexpr int kMinutes[] = {0, 1, 359, 360, 720, 1320, 1439};
  const auto spelled = [](int minute) {
    return fmt::format("{:02}:{:02}", minute / 60, minute % 60);
  };
  const int from = kMinutes[d_.below(std::size(kMinutes))];
  const int to = kMinutes[d_.below(std::size(kMinutes))];
  const auto minute_of = [at](const SignInFacts& f, const std::string& where) {
    const std::tm t = at(f, where);
    return t.tm_hour * 60 + t.tm_min;
  };
  leaf.make = [from](Dice& dice, SignInFacts& f, bool) {
    f.now_unix_s = 1'750'000'000 / 86'400 * 86'400 +
                   static_cast<std::int64_t>(dice.below(400)) * 86'400 + from * 60 +
                   static_cast<std::int64_t>(dice.below(3)) * 60 - 60;
  };
  if (d_.one_in(3)) {
    const std::string chosen = op({"==", "!=", "<", "<=", ">", ">="});
    leaf.text = fmt::format("now.time {} {}", chosen, spelled(from));
    leaf.truth = known([chosen, from, minute_of](const SignInFacts& f) {
      return compares(minute_of(f, ""), chosen, from);
    });
    return leaf;
  }
  use("operator", negated ? "not between" : "between");
  leaf.text = fmt::format("now.time{} between {} and {}{}", negated ? " not" : "", spelled(from),
                          spelled(to), in_zone());
  leaf.truth = known([=](const SignInFacts& f) {
    const int minute = minute_of(f, zone);
    return from == to  ? true
           : from < to ? from <= minute && minute < to
                       : minute >= from || minute < to;
  });
  return negated ? negative(std::move(leaf)) : leaf;
}

}  // namespace gate::differential
