#include "tests/differential/c_request.h"

#include <algorithm>

namespace gate::differential {

Decision from_c(const gate_decision& c) {
  Decision d;
  d.outcome = static_cast<Outcome>(c.outcome);
  d.error_code = static_cast<std::uint16_t>(c.error_code);
  d.reauthenticate = c.reauthenticate != 0;
  d.applied_count = c.applied_count;
  d.second_factors = MethodSet(c.second_factors);
  d.session.sign_in_frequency_s = c.sign_in_frequency_s;
  d.session.secondary_frequency_s = c.secondary_frequency_s;
  d.session.persistent_browser = static_cast<PersistentBrowser>(c.persistent_browser);
  d.session.cloud_app_security = static_cast<CloudAppSecurity>(c.cloud_app_security);
  d.session.access_evaluation = static_cast<AccessEvaluation>(c.access_evaluation);
  d.session.flags = static_cast<std::uint8_t>(c.session_flags);
  std::copy(std::begin(c.required), std::end(c.required), d.required.words.begin());
  std::copy(std::begin(c.unmet), std::end(c.unmet), d.unmet.words.begin());
  d.generation = c.generation;
  d.reason_count = static_cast<std::uint8_t>(c.reason_count);
  for (std::size_t i = 0; i < c.reason_count && i < d.reasons.size(); ++i) {
    d.reasons[i] = {static_cast<ReasonCode>(c.reasons[i].code),
                    static_cast<std::uint16_t>(c.reasons[i].detail), c.reasons[i].policy};
  }
  return d;
}

}  // namespace gate::differential
