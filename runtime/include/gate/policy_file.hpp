#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <gate/policy_set.hpp>
#include <gate/result.hpp>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

/// Policy sets as files: compiled once where the policies are written, loaded by a process that
/// needs neither the compiler nor its libraries. A `.gateset` holds the policies as tables; a
/// `.gatec.so` (build_native_policy_set() in compile.hpp) holds machine code for them as well.
/// Target gate::runtime.
namespace gate {

/// Largest file that is read, in bytes.
inline constexpr std::size_t kPolicyFileBytesMax = std::size_t{256} * 1024 * 1024;

/// An Ed25519 public key (RFC 8032), as its 32 bytes.
struct PublicKey {
  std::array<std::uint8_t, 32> bytes{};
  friend bool operator==(const PublicKey&, const PublicKey&) = default;
};

/// Reads `openssl pkey -pubout`. Error{kInvalidArgument} when the text is no Ed25519 public key.
[[nodiscard]] Result<PublicKey> parse_public_key_pem(std::string_view pem);

struct LoadOptions {
  /// Only a set that was signed with this key is loaded; the signature is checked before anything
  /// else is looked at. Without a key a signature is neither asked for nor checked.
  std::optional<PublicKey> trusted_key;
  /// To load machine code is to run it. That of a file whose signature was checked is run; that of
  /// any other only if this says so, and otherwise the set decides from its tables, with the same
  /// answers.
  bool run_unsigned_code = false;
};

/// Loads what save_policy_set() or build_native_policy_set() wrote. Errors:
///   kDenied          a key is trusted, and the signature is missing or was not made with it
///   kCorrupt         cut short, changed, hostile, or its digest is not that of its content
///   kInvalidArgument no `.gateset` at all, or of a version that this library does not know
///   kLimitExceeded   larger than kPolicyFileBytesMax
///   kUnavailable     the system does not load code from memory
/// Code that another version of the library made is left alone: see PolicySet::tier(). Nothing is
/// half-loaded. The set is the same as the one that was saved: equal digest, equal decisions.
/// Thread-safe; cost linear in the bytes, of which nothing is kept.
[[nodiscard]] Result<std::shared_ptr<const PolicySet>> load_policy_set(
    std::string_view file, const LoadOptions& options = {});

/// The same from a file; kNotFound when it is not there, kUnavailable when it cannot be read.
[[nodiscard]] Result<std::shared_ptr<const PolicySet>> load_policy_set_file(
    const std::filesystem::path& path, const LoadOptions& options = {});

struct SaveOptions {
  /// An unencrypted Ed25519 private key in PEM (`openssl genpkey -algorithm ed25519`); empty: the
  /// file is not signed. Not kept.
  std::string_view signing_key_pem;
};

/// The bytes of a `.gateset` file. The same set gives the same bytes, signed or not. Errors:
/// kInvalidArgument when the key is none.
[[nodiscard]] Result<std::string> save_policy_set(const PolicySet& set,
                                                  const SaveOptions& options = {});

}  // namespace gate
