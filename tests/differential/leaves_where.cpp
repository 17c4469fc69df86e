// Where: items of `locations`, tests of `location`, `ip` and `country`.

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tests/differential/leaves.h"

namespace gate::differential {
namespace {

struct Address {
  std::array<std::uint8_t, 16> bytes{};
  bool v4 = false;
};
/// v4 addresses as v4-mapped ones.
std::optional<Address> address_of(const std::string& text) {
  Address out;
  if (text.find(':') == std::string::npos) {
    out.v4 = true;
    out.bytes[10] = out.bytes[11] = 0xFF;
    return inet_pton(AF_INET, text.c_str(), out.bytes.data() + 12) == 1 ? std::optional(out)
                                                                        : std::nullopt;
  }
  return inet_pton(AF_INET6, text.c_str(), out.bytes.data()) == 1 ? std::optional(out)
                                                                  : std::nullopt;
}

Leaf in_range(const std::vector<std::string>& ranges) {
  Leaf leaf;
  leaf.truth = whether([ranges](const SignInFacts& f) {
    return std::any_of(ranges.begin(), ranges.end(),
                       [&f](const std::string& range) { return lies_in(f.ip, range); });
  });
  leaf.make = [ranges](Dice& dice, SignInFacts& f, bool holds) {
    if (!holds || ranges.empty()) {
      f.ip = dice.one_in(2) ? "" : "198.51.100.7";
      return;
    }
    const std::string& range = dice.pick(ranges);
    f.ip = range.substr(0, range.find('/'));  // the first of it
    if (f.ip.find(':') == std::string::npos && dice.one_in(4)) {
      f.ip = "::ffff:" + f.ip;
    }
  };
  return leaf;
}

bool same_country(const std::string& given, const std::string& wanted) {
  return folded(given) == folded(wanted);
}

Leaf from_country(const std::string& country) {
  Leaf leaf;
  leaf.truth = whether([country](const SignInFacts& f) {
    return country == "unknown" ? f.country.empty() : same_country(f.country, country);
  });
  leaf.make = [country](Dice& dice, SignInFacts& f, bool holds) {
    if (country == "unknown") {
      f.country = holds ? "" : "FR";
    } else if (holds) {
      f.country = dice.one_in(4) ? folded(country) : country;
    } else if (same_country(f.country, country)) {
      f.country = dice.one_in(2) ? "" : "FR";
    }
  };
  return leaf;
}

/// What the authenticator app reports; when it says nothing, it is unknown.
Leaf by_gps(const std::string& country) {
  const auto reported = [](const SignInFacts& f) -> const std::string* {
    for (const auto& signal : f.signals) {
      if (signal.name == "gps_country") {
        return std::get_if<std::string>(&signal.value);
      }
    }
    return nullptr;
  };
  Leaf leaf;
  leaf.truth = [country, reported](const SignInFacts& f) {
    const std::string* given = reported(f);
    return given == nullptr                ? Truth::kUnknown
           : same_country(*given, country) ? Truth::kTrue
                                           : Truth::kFalse;
  };
  leaf.make = [country](Dice& dice, SignInFacts& f, bool holds) {
    std::erase_if(f.signals, [](const auto& each) { return each.name == "gps_country"; });
    if (holds && !dice.one_in(4)) {
      f.signals.push_back({"gps_country", country});
    } else if (!holds) {
      f.signals.push_back({"gps_country", std::string("ZA")});
    }
  };
  return leaf;
}

std::string a_country(Dice& dice) {
  static const std::vector<std::string> kCountries = {"AT", "DE", "CH", "US", "KP"};
  return dice.pick(kCountries);
}

/// Any of these places. One that is unknown is asked last: what decides, decides.
Leaf any_place(const std::vector<Leaf>& places) {
  Leaf leaf;
  leaf.truth = [places](const SignInFacts& f) {
    Truth result = Truth::kFalse;
    for (const Leaf& each : places) {
      const Truth t = each.truth(f);
      if (t == Truth::kTrue) {
        return t;
      }
      result = t == Truth::kUnknown ? t : result;
    }
    return result;
  };
  leaf.make = [places](Dice& dice, SignInFacts& f, bool holds) {
    if (holds) {
      dice.pick(places).make(dice, f, true);
    } else {
      for (const Leaf& each : places) {
        each.make(dice, f, false);
      }
    }
  };
  return leaf;
}

}  // namespace

bool lies_in(const std::string& address, const std::string& range) {
  const auto slash = range.find('/');
  const auto a = address_of(address);
  const auto base = address_of(range.substr(0, slash));
  if (!a || !base) {
    return false;
  }
  unsigned bits = slash == std::string::npos
                      ? (base->v4 ? 32U : 128U)
                      : static_cast<unsigned>(std::stoul(range.substr(slash + 1)));
  bits += base->v4 ? 96 : 0;
  for (unsigned i = 0; i < bits; ++i) {
    if (((a->bytes[i / 8] ^ base->bytes[i / 8]) >> (7 - i % 8) & 1) != 0) {
      return false;
    }
  }
  return true;
}

Leaf Leaves::place_item(bool declared) {
  const auto with_text = [](Leaf leaf, std::string text) {
    leaf.text = std::move(text);
    return leaf;
  };
  switch (d_.below(declared ? 7 : 9)) {
    case 0:
    case 1: {
      const std::string& range = d_.pick(w_.addresses);
      use("place", range.find(':') == std::string::npos ? "ip v4" : "ip v6");
      return with_text(in_range({range}), "ip " + literal(range));
    }
    case 2:
    case 3: {
      const std::string country = a_country(d_);
      use("place", "country");
      return with_text(from_country(country), "country " + country);
    }
    case 4:
      use("place", "country unknown");
      return with_text(from_country("unknown"), "country unknown");
    case 5: {
      const std::string country = d_.one_in(4) ? "unknown" : a_country(d_);
      use("place", country == "unknown" ? "gps country unknown" : "gps country");
      return with_text(by_gps(country), "gps country " + country);
    }
    case 6: {
      const std::string& range = d_.pick(w_.addresses);
      use("place", "trusted ip");
      return with_text(in_range({range}), "trusted ip " + literal(range));
    }
    case 7:
      use("place", "trusted");
      return with_text(in_range(w_.trusted), "trusted");
    default:
      if (w_.location_sets.empty()) {
        return place_item(declared);
      }
      use("place", "set");
      return d_.pick(w_.location_sets).meaning;
  }
}

Leaf Leaves::place_test() {
  const bool negated = d_.one_in(3);
  const char* in = negated ? "not in" : "in";
  const auto finished = [&](Leaf leaf, std::string text) {
    leaf.text = std::move(text);
    return negated ? negative(std::move(leaf)) : leaf;
  };
  switch (d_.below(6)) {
    case 0: {
      use("fact", "ip");
      const std::vector<std::string> ranges = some(w_.addresses, 3);
      const bool one = ranges.size() == 1 && d_.one_in(2);
      use("operator", one ? negated ? "!=" : "==" : in);
      std::vector<std::string> pieces;
      for (const std::string& each : ranges) {
        pieces.push_back(literal(each));
      }
      return finished(in_range(ranges),
                      one ? fmt::format("ip {} {}", negated ? "!=" : "==", pieces[0])
                          : fmt::format("ip {} {}", in, bracketed(pieces)));
    }
    case 1: {
      use("fact", "country");
      std::vector<Leaf> countries;
      std::vector<std::string> pieces;
      for (std::size_t i = 1 + d_.below(2); i > 0; --i) {
        pieces.push_back(d_.one_in(4) ? "unknown" : a_country(d_));
        countries.push_back(from_country(pieces.back()));
      }
      const bool one = pieces.size() == 1 && d_.one_in(2);
      use("operator", one ? negated ? "!=" : "==" : in);
      return finished(any_place(countries),
                      one ? fmt::format("country {} {}", negated ? "!=" : "==", pieces[0])
                          : fmt::format("country {} {}", in, bracketed(pieces)));
    }
    case 2:
      if (!w_.location_sets.empty()) {
        use("fact", "location");
        use("operator", in);
        use("place", "set");
        Leaf leaf = d_.pick(w_.location_sets).meaning;
        const std::string name = leaf.text;
        leaf = finished(std::move(leaf), fmt::format("location {} {}", in, kHole));
        leaf.hole = {"", name};
        return leaf;
      }
      [[fallthrough]];
    case 3:
      use("fact", "location");
      use("operator", in);
      use("place", "trusted");
      return finished(in_range(w_.trusted), fmt::format("location {} trusted", in));
    default: {
      use("fact", "location");
      use("operator", in);
      std::vector<Leaf> places;
      std::string value;
      for (std::size_t i = 1 + d_.below(3); i > 0; --i) {
        places.push_back(place_item(false));
        value += (value.empty() ? "" : ", ") + places.back().text;
      }
      Leaf leaf = finished(any_place(places), fmt::format("location {} [{}]", in, kHole));
      leaf.hole = {"locations", value};
      return leaf;
    }
  }
}

}  // namespace gate::differential
