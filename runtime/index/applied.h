#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace gate::index {

/// The policies that apply: added in any order, more than once if need be, read in the order of the
/// program. A bitmap over memory of the caller, of which only the touched words are ever written.
class Applied {
 public:
  struct Word {
    std::uint64_t applies;
    std::uint64_t unknown;
  };
  /// Memory for up to kPolicies policies; uninitialised.
  template <std::size_t kPolicies>
  struct Storage {
    std::uint64_t summary[(kPolicies + 4095) / 4096];
    Word words[(kPolicies + 63) / 64];
  };

  template <std::size_t kPolicies>
  Applied(Storage<kPolicies>& storage, std::size_t policies)
      : summary_(storage.summary), words_(storage.words), summaries_((policies + 4095) / 4096) {
    for (std::size_t s = 0; s < summaries_; ++s) {
      summary_[s] = 0;
    }
  }

  void add(std::uint32_t policy, bool unknown) noexcept {
    const std::uint32_t word = policy / 64;
    std::uint64_t& summary = summary_[word / 64];
    const std::uint64_t in_summary = std::uint64_t{1} << (word % 64);
    if ((summary & in_summary) == 0) {
      summary |= in_summary;
      words_[word] = {0, 0};
    }
    words_[word].applies |= std::uint64_t{1} << (policy % 64);
    words_[word].unknown |= std::uint64_t{unknown} << (policy % 64);
    some_unknown_ |= unknown;
  }
  /// Adds `count` policies of which nothing is unknown.
  void add(const std::uint32_t* policies, std::uint32_t count) noexcept {
    // In locals: what is written might be the members themselves, for all that the compiler knows.
    std::uint64_t* const summaries = summary_;
    Word* const words = words_;
    for (std::uint32_t i = 0; i < count; ++i) {
      const std::uint32_t policy = policies[i];
      const std::uint32_t word = policy / 64;
      const std::uint64_t in_summary = std::uint64_t{1} << (word % 64);
      if ((summaries[word / 64] & in_summary) == 0) {
        summaries[word / 64] |= in_summary;
        words[word] = {0, 0};
      }
      words[word].applies |= std::uint64_t{1} << (policy % 64);
    }
  }
  [[nodiscard]] bool some_unknown() const noexcept { return some_unknown_; }
  /// Of a policy that was added.
  [[nodiscard]] bool is_unknown(std::uint32_t policy) const noexcept {
    return (words_[policy / 64].unknown >> (policy % 64) & 1U) != 0;
  }

  /// Calls f(policy) in ascending order until it returns true.
  template <typename F>
  void for_each(F f) const noexcept {
    for (std::size_t s = 0; s < summaries_; ++s) {
      for (std::uint64_t rest = summary_[s]; rest != 0; rest &= rest - 1) {
        const std::size_t w = s * 64 + static_cast<unsigned>(std::countr_zero(rest));
        for (std::uint64_t bits = words_[w].applies; bits != 0; bits &= bits - 1) {
          const auto bit = static_cast<unsigned>(std::countr_zero(bits));
          if (f(static_cast<std::uint32_t>(w * 64 + bit))) {
            return;
          }
        }
      }
    }
  }

 private:
  std::uint64_t* summary_;
  Word* words_;
  std::size_t summaries_;
  bool some_unknown_ = false;
};

}  // namespace gate::index
