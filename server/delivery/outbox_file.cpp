#include "server/delivery/outbox_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <ctime>
#include <system_error>

#include "server/crypto/secret.h"

namespace gate::server {
namespace {

std::string iso_time(Micros at) {
  const std::time_t seconds = at / kMicrosPerSecond;
  tm parts{};
  (void)gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     at % kMicrosPerSecond);
}

Error failed(const std::string& what) {
  return Error{ErrorCode::kUnavailable,
               fmt::format("outbox: {}: {}", what, std::generic_category().message(errno))};
}

}  // namespace

Result<std::unique_ptr<DeliveryChannel>> OutboxFile::open(const std::string& path,
                                                          const Clock& clock) {
  const int descriptor =
      ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) {
    return failed(path);
  }
  std::unique_ptr<DeliveryChannel> channel(new OutboxFile(descriptor, clock));
  struct stat info{};
  if (fstat(descriptor, &info) != 0) {
    return failed(path);
  }
  if (S_ISREG(info.st_mode) && (info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return Error{ErrorCode::kDenied,
                 fmt::format("outbox {} can be read by others than its owner; chmod 600 it", path)};
  }
  return channel;
}

OutboxFile::~OutboxFile() {
  close(descriptor_);
}

Result<DeliveryReceipt> OutboxFile::send(const OutboxMessage& message) {
  boost::json::object entry;
  entry["time"] = iso_time(clock_.now());
  entry["channel"] = message.kind == ChannelKind::kEmail ? "email" : "sms";
  entry["to"] = message.to;
  if (!message.subject.empty()) {
    entry["subject"] = message.subject;
  }
  entry["code"] = message.code;
  entry["body"] = message.body;
  std::string line = boost::json::serialize(entry) + "\n";
  const ssize_t written = write(descriptor_, line.data(), line.size());
  const bool whole = written == static_cast<ssize_t>(line.size());
  wipe(line);
  if (written < 0) {
    return failed("write");
  }
  return DeliveryReceipt{.outcome = whole ? DeliveryOutcome::kSent : DeliveryOutcome::kUnknown,
                         .provider_id = {},
                         .detail = whole ? "appended" : "the disk took a part of the line"};
}

}  // namespace gate::server
