#include "server/flow/effects/notices.h"

#include "server/crypto/openssl_random.h"
#include "server/flow/effects/admit_message.h"

namespace gate::server {

Result<void> write_notices(FlowRun& run, MessageKind kind, const std::string& except) {
  std::vector<std::string> languages;
  if (!run.found.user.language.empty()) {
    languages.push_back(run.found.user.language);
  }
  for (const Channel& channel : run.found.channels) {
    if (channel.channel_id == except || !channel.verified || channel.blocked) {
      continue;
    }
    OutboxMessage notice;
    GATE_TRY(notice.challenge_id, random_guid(run.services.random));
    notice.tenant_id = run.flow.tenant_id;
    notice.kind = channel.kind;
    notice.to = channel.address;
    MessageText text = run.services.write_message({.tenant = run.caller.tenant,
                                                   .kind = kind,
                                                   .channel = channel.kind,
                                                   .languages = languages,
                                                   .code = {}});
    notice.subject = std::move(text.subject);
    notice.body = std::move(text.body);
    notice.message_id = notice.challenge_id;
    run.prepared.notices.push_back(std::move(notice));
  }
  return {};
}

Result<void> queue_notices(FlowRun& run, UnitOfWork& work) {
  for (const OutboxMessage& notice : run.prepared.notices) {
    GATE_TRY(const std::optional<SendRefusal> refusal,
             admit_message(run, work,
                           {.kind = notice.kind,
                            .address = notice.to,
                            .known_device = run.found.device.has_value()}));
    if (!refusal) {
      run.has_message = true;
      GATE_TRY_VOID(work.queue_notice(notice, run.caller.now));
    }
  }
  return {};
}

}  // namespace gate::server
