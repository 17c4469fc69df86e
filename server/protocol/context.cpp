#include "server/protocol/context.h"

namespace gate::server {

Answer in_transaction(const RequestContext& context,
                      const std::function<Result<Answer>(Transaction&)>& body) {
  Answer answer;
  const Store::Work work = [&](Transaction& transaction) -> Result<void> {
    GATE_TRY(answer, body(transaction));
    return {};
  };
  const Result<void> committed = context.parts.store.transact(work);
  if (!committed) {
    return failed(context, committed.error());
  }
  if (answer.cap && context.parts.on_cap) {
    context.parts.on_cap(*answer.cap);
  }
  return answer;
}

Answer failed(const RequestContext& context, const Error& error) {
  if (error.code == ErrorCode::kConflict) {
    return Answer::error(WireError::kBadContinuation);
  }
  if (context.parts.on_failure) {
    context.parts.on_failure(error);
  }
  return Answer::error(WireError::kServerError);
}

Method method_of(ChannelKind kind) {
  switch (kind) {
    case ChannelKind::kEmail:
      return Method::kEmailOtp;
    case ChannelKind::kSms:
      return Method::kSmsOtp;
  }
  GATE_CHECK(false, "a channel of no kind");
}

std::string_view wire_name(ChannelKind kind) {
  switch (kind) {
    case ChannelKind::kEmail:
      return "email";
    case ChannelKind::kSms:
      return "sms";
  }
  GATE_CHECK(false, "a channel of no kind");
}

}  // namespace gate::server
