#pragma once

#include <string>

#include "compiler/graph/finding.h"
#include "compiler/graph/model.h"

namespace gate::graph {

/// What the limits of a strength amount to: for every combination at most one limit on keys and one
/// on certificates, in the order of the combinations. A limit concerns the combinations that hold
/// all its methods ("x509CertificateSingleFactor" that of a password and the certificate), and of
/// several every one must hold. `path`: of combinationConfigurations; an error where no method is
/// left, or where lists of policies differ so that one list cannot say both.
void settle_limits(Strength& strength, const std::string& path, Findings& findings);

}  // namespace gate::graph
