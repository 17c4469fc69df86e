// Any bytes as a form body: nothing crashes, and what is accepted obeys the promises of the form.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/protocol/form.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gate::server;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const auto form = Form::parse(body);
  if (form) {
    if (size > kFormBytesMax || form->size() > kFormFieldsMax) {
      std::abort();
    }
    for (const std::string_view word : split_words(form->get("scope"))) {
      if (word.empty() || word.find(' ') != std::string_view::npos) {
        std::abort();
      }
    }
  } else if (form.error().message.empty()) {
    std::abort();
  }
  static_cast<void>(is_form_media_type(body));
  return 0;
}
