#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

/// The `.gateset` file, all numbers little-endian:
///
///   offset  size
///        0     8  kMagic: a byte above 127, CR LF and ^Z, so that text-mode copies are noticed
///        8     4  kFormatVersion
///       12     4  flags: 0
///       16     8  size of the payload in bytes
///       24    32  SHA-256 of the canonical Decision IR: PolicySet::digest()
///       56     n  payload: the program (runtime/ir/binary.h)
///     56+n    32  SHA-256 of all bytes before it
///     88+n   104  only when signed: kSignatureMagic (8), public key (32), Ed25519 signature (64)
///                 over kSignatureContext and the 32 bytes before the signature block
namespace gate::aot {

inline constexpr std::string_view kMagic = "\x8CGATE\r\n\x1A";
inline constexpr std::uint32_t kFormatVersion = 2;
inline constexpr std::size_t kHeaderBytes = 56;
inline constexpr std::size_t kHashBytes = 32;
inline constexpr std::string_view kSignatureMagic = "GATESIG1";
inline constexpr std::size_t kSignatureBytes = 104;
/// Keeps a signature on a policy set from being one on anything else.
inline constexpr std::string_view kSignatureContext = "gatehouse policy set v1\n";

static_assert(kMagic.size() == 8 && kSignatureMagic.size() == 8);

}  // namespace gate::aot
