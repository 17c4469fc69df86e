#pragma once

#include <gate/result.hpp>

#include "server/account/provisioning.h"
#include "server/store/unit_of_work.h"

namespace gate::server {

/// Writes what `wanted` names, in one unit of work: all of it, or nothing. kInvalidArgument with
/// the entry when it contradicts itself or what is stored.
[[nodiscard]] Result<void> apply_provisioning(UnitOfWork& work, const Provisioning& wanted,
                                              Micros now);

}  // namespace gate::server
