#pragma once

#include <gate/result.hpp>
#include <string>
#include <string_view>

#include "server/domain/client_hints.h"
#include "server/domain/flow_record.h"
#include "server/flow/model/services.h"

namespace gate::server {

/// A right password of a flow.
struct RightPassword {
  std::string_view text;
  const std::string& encoded;     ///< what is stored of it
  const std::string& counted_on;  ///< the counter of this try
};

/// Marks the user whose password is among leaked ones, before the policies decide (docs/risk.md).
/// An error of the set of leaked passwords ends the sign-in, because nothing is known about this
/// one; the try was right and is taken from its counter. Reads a few blocks of a file; writes only
/// when the password is found.
[[nodiscard]] Result<void> mark_if_leaked(const FlowServices& services, const Caller& caller,
                                          const FlowRecord& flow, const RightPassword& password);

}  // namespace gate::server
