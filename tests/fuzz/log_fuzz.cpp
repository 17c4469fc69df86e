#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/facts/log_record.h"
#include "runtime/replay/fact_key.h"
#include "runtime/replay/record_splitter.h"

// A log is cut alike whatever number of bytes comes at once, and what a record tells survives its
// key.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gate;
  const std::string_view log(reinterpret_cast<const char*>(data), size);
  static facts::LogReader reader;
  static replay::KeyedRequest keyed;
  std::string whole;
  std::size_t records = 0;
  {
    replay::RecordSplitter splitter(
        4096, [&](std::string_view record, std::uint64_t line, const char* problem) {
          whole += std::to_string(line) + (problem == nullptr ? ":" : "!");
          whole += record;
          ++records;
          const auto read = reader.read(record);
          if (problem != nullptr || !read) {
            return;
          }
          for (const SignInRequest& request : (*read)->requests) {
            std::string key;
            replay::append_key(request, true, key);
            std::string again;
            std::string_view rest = key;
            replay::append_key(keyed.read(rest), true, again);
            GATE_CHECK(rest.empty() && again == key, "a request comes back from its key");
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
