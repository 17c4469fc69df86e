#pragma once

#include <cstdint>
#include <gate/result.hpp>
#include <map>
#include <string>
#include <string_view>

namespace gate::load {

/// Reads the development outbox as it grows. Not thread-safe; each `poll` reads what was appended
/// since the last one.
class OutboxTail {
 public:
  /// Starts at the present end of the file, so that old codes are not seen. kUnavailable when it
  /// cannot be opened.
  [[nodiscard]] static Result<OutboxTail> open(const std::string& file);

  ~OutboxTail();
  OutboxTail(OutboxTail&& other) noexcept;
  OutboxTail& operator=(OutboxTail&&) = delete;

  /// Takes in what was appended. kCorrupt when a line is no message.
  [[nodiscard]] Result<void> poll();

  /// The newest code to somebody, and how many came so far.
  struct Newest {
    std::string code;
    std::uint64_t count = 0;
  };
  [[nodiscard]] Newest newest(std::string_view to) const;

 private:
  explicit OutboxTail(int descriptor) : descriptor_(descriptor) {}
  [[nodiscard]] Result<void> take(std::string_view line);

  int descriptor_ = -1;
  std::string rest_;  ///< the beginning of a line whose end was not written yet
  std::map<std::string, Newest, std::less<>> by_address_;
};

}  // namespace gate::load
