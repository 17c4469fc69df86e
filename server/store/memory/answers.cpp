#include "server/store/memory/unit_of_work.h"

namespace gate::server {

Result<void> MemoryUnitOfWork::keep_answer(const StoredAnswer& answer, Micros since) {
  const Key key = key_of(answer.tenant_id, answer.flow_id);
  const StoredAnswer* old = state_.answers.find(key);
  const bool same = old != nullptr && old->gen == answer.gen &&
                    old->request_tag == answer.request_tag && old->at >= since;
  if (same && (!old->sealed.empty() || answer.sealed.empty())) {
    return conflict("the request was answered, or is being answered");
  }
  state_.answers.put(key, answer);
  return {};
}

}  // namespace gate::server
