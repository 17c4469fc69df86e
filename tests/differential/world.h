#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tests/differential/features.h"
#include "tests/differential/set_text.h"

namespace gate::differential {

/// Names that policies and sign-ins of one set draw from. Few, so that they meet; some of them
/// in unexpected spellings.
struct World {
  std::vector<std::string> users, groups, roles, tenants, services, apps, texts, terms, addresses;

  struct Signal {
    std::string name;
    enum class Type : std::uint8_t { kInteger, kBoolean, kText, kOneOf } type = Type::kInteger;
    std::vector<std::string> values;      ///< of kOneOf
    std::optional<std::int64_t> integer;  ///< defaults
    std::optional<bool> boolean;
    std::optional<std::string> text;
  };
  std::vector<Signal> signals;

  /// A declared set of users, apps or locations, a `let`: what its name stands for.
  struct Named {
    std::string name;
    Leaf meaning;  ///< its text is the name
  };
  std::vector<Named> user_sets, app_sets, location_sets, lets;
  std::vector<std::string> strengths;
  std::vector<std::pair<std::string, std::string>> contexts;  ///< (name, "c1")
  std::vector<std::string> trusted;                           ///< ranges, of all location sets
  std::vector<std::string> grants;                            ///< `block` is the first

  static World random(Dice& dice);
};

/// Everything of the set but its policies; fills in the named things of `world`.
[[nodiscard]] std::vector<Declaration> declare(World& world, Dice& dice, Features& features);

/// A sign-in of this world, of dice only: absent, doubled, unknown and unlucky facts included.
[[nodiscard]] SignInFacts random_sign_in(const World& world, Dice& dice);

/// True if `address` (text) lies in `range` ("10.0.0.0/8"); false for what is no address.
[[nodiscard]] bool lies_in(const std::string& address, const std::string& range);
/// ASCII letters in lower case.
[[nodiscard]] std::string folded(std::string_view text);

}  // namespace gate::differential
