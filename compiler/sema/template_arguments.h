#pragma once

#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "compiler/ast/ast.h"
#include "compiler/diagnostics/diagnostic.h"

namespace gate::compiler::sema {

/// What one application gives for each parameter of a template: a list of items. Views into the
/// sources.
using TemplateArguments = std::map<std::string_view, std::vector<ast::Item>>;

/// The words that can follow the colon of a parameter.
[[nodiscard]] bool is_parameter_type(std::string_view word);
/// All of them, for the message: "users, apps, …".
[[nodiscard]] std::string parameter_types();

/// Reads `apply Name(parameter value, …)` against the parameters of `model`: each given once, none
/// missing, none unknown, values of the parameter's type. Reports what is wrong, each mistake once;
/// empty then.
[[nodiscard]] std::optional<TemplateArguments> read_template_arguments(
    const ast::Item& application, const ast::Template& model, DiagnosticCollector& diagnostics);

}  // namespace gate::compiler::sema
