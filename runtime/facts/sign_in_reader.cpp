#include <gate/request_json.hpp>

#include "runtime/facts/json_reader.h"

namespace gate {

struct SignInReader::Impl {
  facts::RequestReader reader;
};
SignInReader::SignInReader() : impl_(std::make_unique<Impl>()) {}
SignInReader::~SignInReader() = default;
SignInReader::SignInReader(SignInReader&&) noexcept = default;
SignInReader& SignInReader::operator=(SignInReader&&) noexcept = default;
Result<const SignInRequest*> SignInReader::read(std::string_view json) {
  return impl_->reader.read(json);
}

Result<SignInFacts> parse_sign_in_json(std::string_view text) {
  // Of usual size: memory of the thread is used again. It stays small, for there may be many.
  constexpr std::size_t kUsual = 16 * 1024;
  static thread_local SignInReader usual;
  if (text.size() > kUsual) {
    SignInReader once;
    GATE_TRY(const SignInRequest* request, once.read(text));
    return own_facts(*request);
  }
  GATE_TRY(const SignInRequest* request, usual.read(text));
  return own_facts(*request);
}

}  // namespace gate
