#include <cstdint>
#include <cstdlib>
#include <gate/request_json.hpp>
#include <string_view>

/// Whatever is accepted must print to a document that is accepted and prints the same again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto facts = gate::parse_sign_in_json(text);
  if (!facts) {
    if (!facts.error().message.starts_with("$")) {
      std::abort();
    }
    return 0;
  }
  const std::string once = gate::to_json(*facts);
  const auto again = gate::parse_sign_in_json(once);
  if (once.size() <= gate::kRequestJsonBytesMax && (!again || gate::to_json(*again) != once)) {
    std::abort();
  }
  return 0;
}
