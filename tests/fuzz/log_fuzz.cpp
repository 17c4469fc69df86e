#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "runtime/facts/log_record.h"
#include "runtime/facts/record_outline.h"
#include "runtime/replay/record_splitter.h"
#include "tests/property/log_record_text.h"

// A log is cut alike whatever number of bytes comes at once, and records of one outline are read
// alike.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gate;
  const std::string_view log(reinterpret_cast<const char*>(data), size);
  static facts::LogReader reader;
  static facts::RecordOutline timed(true);
  static facts::RecordOutline timeless(false);
  std::map<std::string, std::string, std::less<>> by_outline;
  const auto meet = [&](facts::RecordOutline& outlines, std::string_view record, bool with_time) {
    const std::string padded =
        std::string(record) +
        std::string(facts::RecordOutline::kPadding, record.size() % 2 == 0 ? '}' : ',');
    const std::string_view outline = outlines.of(std::string_view(padded).substr(0, record.size()));
    if (outline.empty()) {
      return;
    }
    const auto read = reader.read(record);
    const std::string told = read ? property::text_of(**read, with_time) : "malformed";
    const std::string key = std::string(with_time ? "t" : "-").append(outline);
    const auto [at, fresh] = by_outline.try_emplace(key, told);
    GATE_CHECK(at->second == told, "records of one outline are read alike");
  };
  std::string whole;
  std::size_t records = 0;
  {
    replay::RecordSplitter splitter(
        4096, [&](std::string_view record, std::uint64_t line, const char* problem) {
          whole += std::to_string(line) + (problem == nullptr ? ":" : "!");
          whole += record;
          ++records;
          if (problem == nullptr) {
            meet(timed, record, true);
            meet(timeless, record, false);
          }
        });
    splitter.feed(log);
    splitter.finish();
  }
  std::string bit_by_bit;
  replay::RecordSplitter splitter(
      4096, [&](std::string_view record, std::uint64_t line, const char* problem) {
        bit_by_bit += std::to_string(line) + (problem == nullptr ? ":" : "!");
        bit_by_bit += record;
      });
  for (std::size_t i = 0; i < size; i += 3) {
    splitter.feed(log.substr(i, 3));
  }
  splitter.finish();
  GATE_CHECK(bit_by_bit == whole, "records do not depend on how the bytes come");
  GATE_CHECK(records <= size + 1, "no more records than bytes");
  return 0;
}
