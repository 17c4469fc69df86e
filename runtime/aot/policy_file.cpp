#include "runtime/aot/policy_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <gate/policy_file.hpp>
#include <system_error>
#include <utility>

#include "runtime/aot/native_file.h"
#include "runtime/aot/signed_bytes.h"
#include "runtime/digest/sha256.h"
#include "runtime/ir/binary.h"
#include "runtime/set/build.h"
#include "runtime/set/state.h"

namespace gate {
namespace {

using namespace aot;

/// The bytes of lower-case hexadecimal digits, which a digest always is.
std::string from_hex(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>((digit(hex[i]) << 4) | digit(hex[i + 1]));
  }
  return bytes;
}

/// The parts of a file whose sizes add up. Views into it.
struct Parts {
  std::string_view digest;
  std::string_view payload;
  std::string_view hashed;  ///< header and payload
  std::string_view hash;
  std::string_view signature;  ///< the whole block; empty when not signed
};

Result<Parts> split(std::string_view file) {
  if (file.size() > kPolicyFileBytesMax) {
    return Error{ErrorCode::kLimitExceeded, fmt::format("policy file: {} bytes, {} are allowed",
                                                        file.size(), kPolicyFileBytesMax)};
  }
  if (!file.starts_with(kMagic)) {
    return Error{ErrorCode::kInvalidArgument, "policy file: this is no compiled policy set"};
  }
  if (file.size() < kHeaderBytes + kHashBytes) {
    return corrupt("it was cut short");
  }
  const std::uint64_t version = get(file, 8, 4);
  if (version != kFormatVersion) {
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("policy file: version {}, this library knows version {}", version,
                             kFormatVersion)};
  }
  if (get(file, 12, 4) != 0) {
    return corrupt("unknown flags");
  }
  const std::uint64_t payload = get(file, 16, 8);
  const std::size_t rest = file.size() - kHeaderBytes - kHashBytes;
  if (payload > rest || (rest - payload != 0 && rest - payload != kSignatureBytes)) {
    return corrupt(
        fmt::format("{} bytes of payload do not fit a file of {}", payload, file.size()));
  }
  const auto n = static_cast<std::size_t>(payload);
  Parts parts;
  parts.digest = file.substr(24, kHashBytes);
  parts.payload = file.substr(kHeaderBytes, n);
  parts.hashed = file.substr(0, kHeaderBytes + n);
  parts.hash = file.substr(kHeaderBytes + n, kHashBytes);
  parts.signature = file.substr(kHeaderBytes + n + kHashBytes);
  if (!parts.signature.empty() && !parts.signature.starts_with(kSignatureMagic)) {
    return corrupt("what follows the content is no signature");
  }
  return parts;
}

Result<std::string> read_whole(const std::filesystem::path& path) {
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rbe"));
  if (file == nullptr) {
    const int reason = errno;
    const ErrorCode code = reason == ENOENT ? ErrorCode::kNotFound : ErrorCode::kUnavailable;
    return Error{code,
                 fmt::format("{}: {}", path.string(), std::generic_category().message(reason))};
  }
  std::string content;
  std::array<char, 64 * 1024> chunk{};
  std::size_t n = 0;
  // A pipe or a device has no size to ask for: read on until one byte too many is there.
  while (content.size() <= kPolicyFileBytesMax &&
         (n = std::fread(chunk.data(), 1, chunk.size(), file.get())) > 0) {
    content.append(chunk.data(), n);
  }
  if (std::ferror(file.get()) != 0) {
    return Error{ErrorCode::kUnavailable, path.string() + ": it could not be read to its end"};
  }
  return content;
}

}  // namespace

Result<std::shared_ptr<const PolicySet>> load_policy_set(std::string_view file,
                                                         const LoadOptions& options) {
  if (file.starts_with(kElfMagic)) {
    return load_native_file(file, options);
  }
  GATE_TRY(const Parts parts, split(file));
  if (options.trusted_key) {
    GATE_TRY_VOID(
        check_block(parts.signature, kSignatureContext, parts.hash, *options.trusted_key));
  }
  if (view(sha256(parts.hashed)) != parts.hash) {
    return corrupt("its content is not what was written");
  }
  auto program = ir::decode_binary(parts.payload);
  if (!program) {
    return corrupt(program.error().message);
  }
  auto set = build_policy_set(std::move(*program));
  if (!set) {
    return corrupt(set.error().message);
  }
  if ((*set)->digest() != to_hex(parts.digest)) {
    return corrupt("its digest is not that of its policies");
  }
  return std::shared_ptr<const PolicySet>(std::move(*set));
}

Result<std::shared_ptr<const PolicySet>> load_policy_set_file(const std::filesystem::path& path,
                                                              const LoadOptions& options) {
  GATE_TRY(const std::string content, read_whole(path));
  return load_policy_set(content, options);
}

Result<std::string> save_policy_set(const PolicySet& set, const SaveOptions& options) {
  const std::string payload = ir::encode_binary(internal::state_of(set).program());
  std::string file(kMagic);
  put(file, kFormatVersion, 4);
  put(file, 0, 4);
  put(file, payload.size(), 8);
  file += from_hex(set.digest());
  file += payload;
  const Sha256 hash = sha256(file);
  file += view(hash);
  if (file.size() + kSignatureBytes > kPolicyFileBytesMax) {
    return Error{ErrorCode::kLimitExceeded, "the policy set is larger than a policy file may be"};
  }
  GATE_TRY(const std::string signature, sign_block(kSignatureContext, view(hash), options));
  file += signature;
  return file;
}

}  // namespace gate
