#pragma once

#include <array>
#include <cstdint>
#include <gate/request.hpp>
#include <gate/result.hpp>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "runtime/facts/value_reader.h"

namespace gate::facts {

/// Reads requests (docs/request-json.md) into memory that is used again. The first complaint ends
/// the reading. One thread at a time.
class RequestReader : private ValueReader {
 public:
  using ValueReader::Element;

  /// SignInReader::read.
  [[nodiscard]] Result<const SignInRequest*> read(std::string_view json);
  /// A request that is part of a larger document, of at most `bytes` bytes.
  [[nodiscard]] Result<const SignInRequest*> read_element(const Element& root, std::size_t bytes);

 private:
  struct Key;
  static const std::array<Key, 27> kKeys;

  [[nodiscard]] Result<const SignInRequest*> read(const Element& root);
  void start(std::size_t bytes);
  void finish();
  bool target(TargetKind kind, const Element& value, const JsonPath& path);
  bool device(const Element& value, const JsonPath& path);
  bool completed(const Element& value, const JsonPath& path);
  bool satisfied(const Element& value, const JsonPath& path);
  bool attribute(std::string_view name, const Element& value, const JsonPath& path);
  bool signal(std::string_view name, const Element& value, const JsonPath& path);
  /// "device." and the name, in memory of the reader.
  std::string_view device_name(std::string_view name);

  SignInRequest request_;
  std::vector<std::string_view> groups_, roles_, app_groups_, list_values_;
  std::vector<CompletedMethod> completed_;
  std::vector<SatisfiedControl> satisfied_;
  std::vector<StringFact> strings_;
  std::vector<ListFact> lists_;
  std::vector<std::size_t> list_ends_;  ///< in list_values_
  std::vector<SignalFact> signals_;
  std::unique_ptr<char[]> names_;
  std::size_t names_room_ = 0;
  std::size_t names_used_ = 0;
};

}  // namespace gate::facts
