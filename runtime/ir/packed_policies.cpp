#include "runtime/ir/packed_policies.h"

#include <bit>
#include <gate/result.hpp>
#include <unordered_map>

#include "runtime/ir/binary_reader.h"
#include "runtime/ir/binary_writer.h"

namespace gate::ir {
namespace {

/// Bits that an enumerator of `count` values takes.
unsigned bits_of(std::size_t count) {
  return static_cast<unsigned>(std::bit_width(count - 1));
}

/// A BinaryWriter whose flags are bits. The byte that takes the next eight of them is written where
/// the first of them would stand; the reader looks for it at the same moment.
class PackedWriter : public BinaryWriter {
 public:
  bool key(const char* /*word*/, bool present) {
    bit(present);
    return present;
  }
  void flag(const char* /*word*/, bool value) { bit(value); }
  template <typename E>
  void choice(E e, std::size_t count) {
    for (unsigned i = 0; i < bits_of(count); ++i) {
      bit((static_cast<unsigned>(e) >> i & 1U) != 0);
    }
  }
  [[nodiscard]] std::string_view written() const { return out_; }
  void clear() {
    out_.clear();
    used_ = 8;
  }

 private:
  void bit(bool value) {
    if (used_ == 8) {
      at_ = out_.size();
      byte(0);
      used_ = 0;
    }
    const unsigned before = static_cast<unsigned char>(out_[at_]);
    out_[at_] = static_cast<char>(before | (value ? 1U << used_ : 0U));
    ++used_;
  }

  std::size_t at_ = 0;
  unsigned used_ = 8;
};

class PackedReader : public BinaryReader {
 public:
  using BinaryReader::BinaryReader;

  bool key(const char* /*word*/, bool /*present*/) { return bit(); }
  void flag(const char* /*word*/, bool& value) { value = bit(); }
  template <typename E>
  void choice(E& e, std::size_t count) {
    unsigned found = 0;
    for (unsigned i = 0; i < bits_of(count); ++i) {
      found |= bit() ? 1U << i : 0U;
    }
    e = static_cast<E>(found);
  }
  [[nodiscard]] std::string_view text() { return take(count()); }

 private:
  bool bit() {
    if (used_ == 8) {
      bits_ = byte();
      used_ = 0;
    }
    return (static_cast<unsigned>(bits_) >> used_++ & 1U) != 0;
  }

  std::uint8_t bits_ = 0;
  unsigned used_ = 8;
};

/// The label, in the order in which it is packed.
void read(PackedReader& in, PackedPolicies::Label& label, std::uint32_t& file) {
  label.id = in.text();
  label.name = in.text();
  label.description = in.text();
  in.value(label.effect);
  in.value(file);
  in.value(label.source_line);
}

}  // namespace

PackedPolicies::PackedPolicies(std::span<const Policy> policies) {
  std::unordered_map<std::string, std::uint32_t> file_numbers;
  PackedWriter record;
  PackedWriter length;
  states_.reserve(policies.size());
  starts_.reserve((policies.size() + kGroup - 1) / kGroup);
  for (std::size_t i = 0; i < policies.size(); ++i) {
    const Policy& p = policies[i];
    states_.push_back(p.state);
    const auto [file, fresh] =
        file_numbers.try_emplace(p.source_file, static_cast<std::uint32_t>(files_.size()));
    if (fresh) {
      files_.push_back(p.source_file);
    }
    record.clear();
    record.value(p.id);
    record.value(p.name);
    record.value(p.description);
    record.value(p.effect);
    record.value(file->second);
    record.value(p.source_line);
    // What stands in the label, and beside the records, is not written twice.
    Policy rest;
    rest.include = p.include;
    rest.exclude = p.exclude;
    rest.include_targets = p.include_targets;
    rest.exclude_targets = p.exclude_targets;
    rest.condition = p.condition;
    rest.never_applies = p.never_applies;
    describe(record, rest);
    length.clear();
    length.value(record.written().size());
    if (i % kGroup == 0) {
      starts_.push_back(records_.size());
    }
    records_ += length.written();
    records_ += record.written();
  }
  records_.shrink_to_fit();
  files_.shrink_to_fit();
}

std::string_view PackedPolicies::record(std::size_t index) const {
  GATE_CHECK(index < size(), "no such policy");
  PackedReader in(std::string_view(records_).substr(starts_[index / kGroup]));
  for (std::size_t i = 0; i < index % kGroup; ++i) {
    (void)in.text();
  }
  return in.text();
}

PackedPolicies::Label PackedPolicies::label(std::size_t index) const {
  PackedReader in(record(index));
  Label label;
  std::uint32_t file = 0;
  read(in, label, file);
  label.source_file = files_[file];
  return label;
}

Policy PackedPolicies::policy(std::size_t index) const {
  PackedReader in(record(index));
  Label label;
  std::uint32_t file = 0;
  read(in, label, file);
  Policy p;
  describe(in, p);
  GATE_CHECK(!in.failed() && in.at_end(), "a packed policy is read as it was written");
  p.id = label.id;
  p.name = label.name;
  p.description = label.description;
  p.state = states_[index];
  p.effect = label.effect;
  p.source_file = files_[file];
  p.source_line = label.source_line;
  return p;
}

std::size_t PackedPolicies::bytes() const {
  std::size_t bytes = states_.capacity() + starts_.capacity() * sizeof(std::uint64_t) +
                      files_.capacity() * sizeof(std::string) + records_.capacity();
  for (const std::string& file : files_) {
    bytes += file.capacity() > std::string().capacity() ? file.capacity() + 1 : 0;
  }
  return bytes;
}

}  // namespace gate::ir
