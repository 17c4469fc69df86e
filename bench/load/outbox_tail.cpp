#include "bench/load/outbox_tail.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <cerrno>
#include <system_error>
#include <utility>

namespace gate::load {

Result<OutboxTail> OutboxTail::open(const std::string& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0 || lseek(descriptor, 0, SEEK_END) < 0) {
    const int error = errno;
    if (descriptor >= 0) {
      close(descriptor);
    }
    return Error{ErrorCode::kUnavailable,
                 fmt::format("{}: {}", file, std::generic_category().message(error))};
  }
  return OutboxTail(descriptor);
}

OutboxTail::~OutboxTail() {
  if (descriptor_ >= 0) {
    close(descriptor_);
  }
}

OutboxTail::OutboxTail(OutboxTail&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      rest_(std::move(other.rest_)),
      by_address_(std::move(other.by_address_)) {}

Result<void> OutboxTail::poll() {
  std::array<char, 16 * 1024> chunk{};
  while (true) {
    const ssize_t size = read(descriptor_, chunk.data(), chunk.size());
    if (size < 0) {
      return Error{ErrorCode::kUnavailable,
                   fmt::format("outbox: {}", std::generic_category().message(errno))};
    }
    if (size == 0) {
      return {};
    }
    rest_.append(chunk.data(), static_cast<std::size_t>(size));
    std::size_t begin = 0;
    for (std::size_t end = rest_.find('\n'); end != std::string::npos;
         end = rest_.find('\n', begin)) {
      GATE_TRY_VOID(take(std::string_view(rest_).substr(begin, end - begin)));
      begin = end + 1;
    }
    rest_.erase(0, begin);
  }
}

Result<void> OutboxTail::take(std::string_view line) {
  boost::system::error_code error;
  const boost::json::value message = boost::json::parse(line, error);
  const boost::json::object* object = error ? nullptr : message.if_object();
  const boost::json::value* to = object == nullptr ? nullptr : object->if_contains("to");
  const boost::json::value* code = object == nullptr ? nullptr : object->if_contains("code");
  if (to == nullptr || code == nullptr || !to->is_string() || !code->is_string()) {
    return Error{ErrorCode::kCorrupt, "a line of the outbox is no message"};
  }
  Newest& newest = by_address_[std::string(to->get_string())];
  newest.code = std::string(code->get_string());
  ++newest.count;
  return {};
}

OutboxTail::Newest OutboxTail::newest(std::string_view to) const {
  const auto found = by_address_.find(to);
  return found == by_address_.end() ? Newest{} : found->second;
}

}  // namespace gate::load
