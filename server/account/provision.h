#pragma once

#include <gate/result.hpp>

#include "server/account/provisioning.h"
#include "server/store/unit_of_work.h"

namespace gate::server {

/// Writes the entries of `wanted` in one unit of work: all of them, or none. kInvalidArgument names
/// the entry that contradicts itself, another entry, or the stored data.
[[nodiscard]] Result<void> apply_provisioning(UnitOfWork& work, const Provisioning& wanted,
                                              Micros now);

}  // namespace gate::server
