#include "runtime/aot/native_file.h"

#include <fmt/format.h>

#include <utility>

#include "runtime/abi/kernel.h"
#include "runtime/aot/loaded_code.h"
#include "runtime/aot/policy_file.h"
#include "runtime/aot/signed_bytes.h"
#include "runtime/digest/sha256.h"
#include "runtime/set/state.h"

namespace gate::aot {
namespace {

struct NativeParts {
  std::string_view shared_object;
  std::string_view set;
  std::string_view identity;
  std::uint64_t version = 0;
  std::string_view hashed;
  std::string_view hash;
  std::string_view signature;
};

Result<NativeParts> split(std::string_view file) {
  if (file.size() > kPolicyFileBytesMax) {
    return Error{ErrorCode::kLimitExceeded, fmt::format("policy file: {} bytes, {} are allowed",
                                                        file.size(), kPolicyFileBytesMax)};
  }
  NativeParts parts;
  std::string_view content = file;
  const auto tail = [&content](std::size_t size) {
    const std::string_view found = content.substr(content.size() - size);
    content.remove_suffix(size);
    return found;
  };
  constexpr std::size_t kLeast = kFooterBytes + kHashBytes;
  if (content.size() >= kLeast + kSignatureBytes &&
      content.substr(content.size() - kSignatureBytes).starts_with(kSignatureMagic)) {
    parts.signature = tail(kSignatureBytes);
  }
  if (content.size() < kLeast) {
    return corrupt("it was cut short");
  }
  parts.hash = tail(kHashBytes);
  parts.hashed = content;
  const std::string_view footer = tail(kFooterBytes);
  if (!footer.starts_with(kNativeMagic)) {
    return Error{ErrorCode::kInvalidArgument,
                 "policy file: a shared object, but no compiled policy set (or cut short)"};
  }
  parts.version = get(footer, 8, 4);
  const std::uint64_t object = get(footer, 16, 8);
  const std::uint64_t set = get(footer, 24, 8);
  parts.identity = footer.substr(32, kHashBytes);
  if (object > content.size() || set != content.size() - object) {
    return corrupt("the sizes of its parts do not add up");
  }
  parts.shared_object = content.substr(0, static_cast<std::size_t>(object));
  parts.set = content.substr(static_cast<std::size_t>(object));
  if (get(footer, 12, 4) != 0 || !parts.set.starts_with(kMagic)) {
    return corrupt("unknown flags, or no policy set inside");
  }
  return parts;
}

}  // namespace

std::array<std::uint8_t, 32> code_identity(const index::KernelPlan& plan) {
  std::string about;
  put(about, kKernelVersion, 8);
  for (const std::size_t size :
       {sizeof(abi::BoundRequest), sizeof(abi::RowTables), sizeof(abi::LeafCalls),
        sizeof(abi::Residual), sizeof(abi::Constant)}) {
    put(about, size, 8);
  }
  return sha256(about + plan.signature());
}

Result<std::string> join_native_file(std::string_view shared_object, const PolicySet& set,
                                     const index::KernelPlan& plan, const SaveOptions& options) {
  GATE_TRY(const std::string tables, save_policy_set(set));
  std::string file(shared_object);
  file += tables;
  file += kNativeMagic;
  put(file, kKernelVersion, 4);
  put(file, 0, 4);
  put(file, shared_object.size(), 8);
  put(file, tables.size(), 8);
  file += view(code_identity(plan));
  file.append(kFooterBytes - 32 - kHashBytes, '\0');
  const Sha256 hash = sha256(file);
  file += view(hash);
  GATE_TRY(const std::string signature, sign_block(kNativeSignatureContext, view(hash), options));
  file += signature;
  if (file.size() > kPolicyFileBytesMax) {
    return Error{ErrorCode::kLimitExceeded, "the policy set is larger than a policy file may be"};
  }
  return file;
}

Result<std::shared_ptr<const PolicySet>> load_native_file(std::string_view file,
                                                          const LoadOptions& options) {
  GATE_TRY(const NativeParts parts, split(file));
  if (options.trusted_key) {
    GATE_TRY_VOID(
        check_block(parts.signature, kNativeSignatureContext, parts.hash, *options.trusted_key));
  }
  if (view(sha256(parts.hashed)) != parts.hash) {
    return corrupt("its content is not what was written");
  }
  // The signature was over all of it: the set inside has none of its own.
  GATE_TRY(auto set, load_policy_set(parts.set, {}));
  const bool may_run = options.trusted_key.has_value() || options.run_unsigned_code;
  const auto plan = index::plan_for(*internal::state_of(*set).index);
  if (may_run && plan && view(code_identity(*plan)) == parts.identity) {
    GATE_TRY(auto code, load_code(parts.shared_object));
    attach_code(*set, std::move(code));
  }
  return set;
}

}  // namespace gate::aot
