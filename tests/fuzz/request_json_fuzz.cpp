#include <cstddef>
#include <cstdint>
#include <gate/request_json.hpp>

// Whatever is accepted must survive being written and read again, unchanged.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto facts = gate::parse_sign_in_json({reinterpret_cast<const char*>(data), size});
  if (!facts) {
    return 0;
  }
  const std::string text = gate::to_json(*facts);
  const auto again = gate::parse_sign_in_json(text);
  GATE_CHECK(again.has_value(), "what was written must read back");
  GATE_CHECK(gate::to_json(*again) == text, "writing is stable");
  return 0;
}
