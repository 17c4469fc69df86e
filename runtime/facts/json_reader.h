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

#include "runtime/facts/json_document.h"
#include "runtime/facts/json_path.h"

namespace gate::facts {

/// Reads requests (docs/request-json.md) into memory that is used again. The first complaint ends
/// the reading. One thread at a time.
class RequestReader {
 public:
  using Element = simdjson::dom::element;

  /// SignInReader::read.
  [[nodiscard]] Result<const SignInRequest*> read(std::string_view json);
  /// A request that is part of a larger document, of at most `bytes` bytes.
  [[nodiscard]] Result<const SignInRequest*> read_element(const Element& root, std::size_t bytes);

 private:
  /// Up to so many keys of an object are compared with each other; more are sorted.
  static constexpr std::size_t kFewKeys = 32;
  struct Key;
  static const std::array<Key, 27> kKeys;

  [[nodiscard]] Result<const SignInRequest*> read(const Element& root);
  void start(std::size_t bytes);
  void finish();
  /// Always false.
  bool fail(const JsonPath& path, std::string_view problem);

  // What is read goes to `out`; false after a complaint.
  bool text(const Element& value, const JsonPath& path, std::string_view& out);
  bool truth(const Element& value, const JsonPath& path, bool& out);
  bool tristate(const Element& value, const JsonPath& path, Tristate& out);
  bool number(const Element& value, const JsonPath& path, std::optional<std::int64_t>& out);
  bool texts(const Element& value, const JsonPath& path, std::vector<std::string_view>& out);
  template <typename E, typename Parse>
  bool enumerator(const Element& value, const JsonPath& path, Parse parse, E& out);
  /// on_member(key, value, path) for each; a key that stands twice is refused.
  template <typename OnMember>
  bool members(const Element& value, const JsonPath& path, OnMember on_member);
  template <typename Each>
  bool elements(const Element& value, const JsonPath& path, Each each);
  static bool has_member(const Element& value, std::string_view key);

  bool target(TargetKind kind, const Element& value, const JsonPath& path);
  bool device(const Element& value, const JsonPath& path);
  bool completed(const Element& value, const JsonPath& path);
  bool satisfied(const Element& value, const JsonPath& path);
  bool attribute(std::string_view name, const Element& value, const JsonPath& path);
  bool signal(std::string_view name, const Element& value, const JsonPath& path);
  /// "device." and the name, in memory of the reader.
  std::string_view device_name(std::string_view name);

  JsonDocument document_;
  Error error_;
  SignInRequest request_;
  std::vector<std::string_view> groups_, roles_, app_groups_, list_values_;
  std::vector<std::string_view> keys_;  ///< of the objects that are being read, outer ones first
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
