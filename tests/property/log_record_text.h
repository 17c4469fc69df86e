#pragma once

#include <gate/request_json.hpp>
#include <string>

#include "runtime/facts/log_record.h"

namespace gate::property {

/// All that a record tells, to hold two of them against each other; without `with_time`, but for
/// the moment of the sign-in.
inline std::string text_of(const facts::LogRecord& record, bool with_time) {
  std::string out = std::to_string(static_cast<int>(record.kind)) + " absent " +
                    std::to_string(record.absent) + " left out: " + std::string(record.left_out);
  for (const SignInRequest& request : record.requests) {
    SignInFacts facts = own_facts(request);
    if (!with_time) {
      facts.now_unix_s.reset();
    }
    out += "\n" + to_json(facts);
  }
  out += "\nrecorded ";
  out += record.outcome ? name(*record.outcome) : "nothing";
  out += record.knows_policies ? " by" : "";
  for (const facts::RecordedPolicy& policy : record.policies) {
    out.append("\n").append(policy.id).append("\t").append(policy.name);
  }
  return out;
}

}  // namespace gate::property
