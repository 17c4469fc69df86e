#pragma once

#include <gate/result.hpp>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/domain/attribute.h"
#include "server/domain/factor.h"
#include "server/domain/flow_record.h"

/// The encoding of lists in one column: JSON where people may read it, a compact form elsewhere.
namespace gate::server {

[[nodiscard]] std::string write_list(const std::vector<std::string>& values);
/// The same, of texts that may be secret: no copy stays behind but the result.
[[nodiscard]] std::string write_list(std::initializer_list<std::string_view> values);
[[nodiscard]] Result<std::vector<std::string>> read_list(std::string_view text);
[[nodiscard]] std::string write_pairs(
    const std::vector<std::pair<std::string, std::string>>& values);
[[nodiscard]] Result<std::vector<std::pair<std::string, std::string>>> read_pairs(
    std::string_view text);
[[nodiscard]] std::string write_schema(const AttributeSchema& schema);
[[nodiscard]] Result<AttributeSchema> read_schema(std::string_view text);
[[nodiscard]] std::string write_factors(const std::vector<CompletedFactor>& factors);
[[nodiscard]] Result<std::vector<CompletedFactor>> read_factors(std::string_view text);
/// Empty for no origin.
[[nodiscard]] std::string write_origin(const std::optional<StepUpOrigin>& origin);
[[nodiscard]] Result<std::optional<StepUpOrigin>> read_origin(std::string_view text);

}  // namespace gate::server
