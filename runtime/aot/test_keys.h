#pragma once

#include <string_view>

namespace gate::aot::testing {

/// Made with `openssl genpkey -algorithm ed25519` for this test.
inline constexpr std::string_view kPrivate = R"(-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIIlZzluWKM2sdX8SSkgdoYmia4wa5XbAKtcea+jJkjzk
-----END PRIVATE KEY-----
)";
inline constexpr std::string_view kPublic = R"(-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAnKiYVnNhwgk+w2CFkKKIPEWBmo+XeSRMYEjNndS5tpk=
-----END PUBLIC KEY-----
)";
inline constexpr std::string_view kOtherPublic = R"(-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAVTHLdUw4LBBSmdTSBBOO1V0gWM7JT16mZID3rZe5E4I=
-----END PUBLIC KEY-----
)";

}  // namespace gate::aot::testing
