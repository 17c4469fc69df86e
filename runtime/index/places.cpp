#include "runtime/index/places.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace gate::index {
namespace {

Address address_of(const std::array<std::uint8_t, 16>& bytes) {
  Address a;
  for (std::size_t i = 0; i < 8; ++i) {
    a.high = a.high << 8U | bytes[i];
    a.low = a.low << 8U | bytes[i + 8];
  }
  return a;
}

/// The address after the last one of the range; false if there is none.
bool end_of(const ir::Cidr& range, Address& end) {
  end = address_of(range.address);
  if (range.prefix == 0) {
    return false;
  }
  if (range.prefix <= 64) {
    end.high += std::uint64_t{1} << (64 - range.prefix);
    return end.high != 0;
  }
  end.low += std::uint64_t{1} << (128 - range.prefix);
  end.high += end.low == 0 ? 1 : 0;
  return end.low != 0 || end.high != 0;
}

/// Four decimal numbers without leading zeros, as inet_pton wants them.
bool read_dotted_quad(std::string_view text, Address& out) {
  std::uint32_t address = 0;
  std::size_t i = 0;
  for (int part = 0; part < 4; ++part) {
    if (part > 0) {
      if (i >= text.size() || text[i] != '.') {
        return false;
      }
      ++i;
    }
    const std::size_t begin = i;
    std::uint32_t value = 0;
    for (; i < text.size() && i - begin < 3 && text[i] >= '0' && text[i] <= '9'; ++i) {
      value = value * 10 + static_cast<std::uint32_t>(text[i] - '0');
    }
    if (i == begin || value > 255 || (i - begin > 1 && text[begin] == '0')) {
      return false;
    }
    address = address << 8U | value;
  }
  out = {0, std::uint64_t{0xFFFF} << 32U | address};
  return i == text.size();
}

}  // namespace

bool read_address(std::string_view text, Address& out) noexcept {
  if (read_dotted_quad(text, out)) {
    return true;
  }
  char copy[INET6_ADDRSTRLEN];  // with its terminator the longest text that is an address
  if (text.size() >= sizeof copy || text.find('\0') != std::string_view::npos) {
    return false;
  }
  std::memcpy(copy, text.data(), text.size());
  copy[text.size()] = '\0';
  std::array<std::uint8_t, 16> bytes{};
  if (inet_pton(AF_INET6, copy, bytes.data()) != 1) {
    return false;
  }
  out = address_of(bytes);
  return true;
}

Places::Places(const ir::Program& program, std::uint32_t first_set) {
  std::vector<std::vector<std::uint32_t>> sets_of_location(program.locations.size());
  for (std::size_t s = 0; s < program.location_sets.size(); ++s) {
    for (const std::uint32_t location : program.location_sets[s].locations) {
      sets_of_location[location].push_back(first_set + static_cast<std::uint32_t>(s));
    }
  }
  add_ranges(program, sets_of_location);
  add_countries(program, sets_of_location);
  starts_.shrink_to_fit();
  range_at_.shrink_to_fit();
  ranges_.shrink_to_fit();
  sets_.shrink_to_fit();
  country_sets_.shrink_to_fit();
}

void Places::add_ranges(const ir::Program& program,
                        const std::vector<std::vector<std::uint32_t>>& sets_of_location) {
  // Sorted by (address, prefix) a range comes before those inside it.
  std::vector<std::pair<ir::Cidr, std::uint32_t>> all;
  for (std::size_t l = 0; l < program.locations.size(); ++l) {
    if (!sets_of_location[l].empty()) {
      for (const ir::Cidr& range : program.locations[l].ranges) {
        all.emplace_back(range, static_cast<std::uint32_t>(l));
      }
    }
  }
  std::sort(all.begin(), all.end());
  struct Open {
    std::uint32_t range;
    bool ends;
    Address end;
  };
  std::vector<Open> open;
  const auto innermost_changes = [this, &open](Address at) {
    const std::uint32_t range = open.empty() ? kNoRange : open.back().range;
    if (!starts_.empty() && starts_.back() == at) {
      range_at_.back() = range;
    } else {
      starts_.push_back(at);
      range_at_.push_back(range);
    }
  };
  for (std::size_t i = 0; i < all.size();) {
    const ir::Cidr& range = all[i].first;
    const Address start = address_of(range.address);
    while (!open.empty() && open.back().ends && open.back().end <= start) {
      const Address end = open.back().end;
      open.pop_back();
      innermost_changes(end);
    }
    Range& fresh = ranges_.emplace_back();
    fresh.around = open.empty() ? kNoRange : open.back().range;
    fresh.begin = static_cast<std::uint32_t>(sets_.size());
    for (; i < all.size() && all[i].first == range; ++i) {
      const auto& sets = sets_of_location[all[i].second];
      sets_.insert(sets_.end(), sets.begin(), sets.end());
    }
    fresh.end = static_cast<std::uint32_t>(sets_.size());
    Open opened{static_cast<std::uint32_t>(ranges_.size() - 1), true, {}};
    opened.ends = end_of(range, opened.end);
    open.push_back(opened);
    innermost_changes(start);
  }
  while (!open.empty() && open.back().ends) {
    const Address end = open.back().end;
    open.pop_back();
    innermost_changes(end);
  }
}

void Places::add_countries(const ir::Program& program,
                           const std::vector<std::vector<std::uint32_t>>& sets_of_location) {
  std::vector<std::pair<std::size_t, std::uint32_t>> pairs;
  for (std::size_t l = 0; l < program.locations.size(); ++l) {
    for (const std::uint32_t set : sets_of_location[l]) {
      for (const auto& c : program.locations[l].countries) {
        pairs.emplace_back(static_cast<std::size_t>((c[0] - 'A') * 26 + (c[1] - 'A')), set);
      }
      if (program.locations[l].unknown_country) {
        pairs.emplace_back(kCountries, set);
      }
    }
  }
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  for (const auto& [country, set] : pairs) {
    ++country_begin_[country + 1];
    country_sets_.push_back(set);
  }
  for (std::size_t c = 1; c < country_begin_.size(); ++c) {
    country_begin_[c] += country_begin_[c - 1];
  }
}

std::uint32_t Places::innermost(const Address& address) const noexcept {
  const auto after = std::upper_bound(starts_.begin(), starts_.end(), address);
  return after == starts_.begin()
             ? kNoRange
             : range_at_[static_cast<std::size_t>(after - starts_.begin()) - 1];
}

std::uint32_t Places::country(std::string_view country) noexcept {
  if (country.empty()) {
    return kCountries;
  }
  // validate() has made sure of two letters; the sixth bit is their case.
  return static_cast<std::uint32_t>(((country[0] & 0x1F) - 1) * 26 + ((country[1] & 0x1F) - 1));
}

std::size_t Places::bytes() const {
  return starts_.size() * (sizeof(Address) + 4) + ranges_.size() * sizeof(Range) +
         (sets_.size() + country_sets_.size()) * 4;
}

}  // namespace gate::index
