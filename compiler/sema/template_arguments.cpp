#include "compiler/sema/template_arguments.h"

#include <algorithm>
#include <array>

#include "compiler/diagnostics/suggest.h"

namespace gate::compiler::sema {
namespace {

/// What a value has to look like. Whether a name means what the place wants is found when the
/// expanded policy is analysed.
enum class Shape : std::uint8_t { kItems, kName, kDuration, kInteger, kText };
struct ParameterType {
  std::string_view word;
  Shape shape;
  std::string_view wanted;
};
constexpr std::array<ParameterType, 10> kTypes{{
    {"users", Shape::kItems, "users"},
    {"apps", Shape::kItems, "apps"},
    {"locations", Shape::kItems, "locations"},
    {"strength", Shape::kName, "the name of a strength"},
    {"context", Shape::kName, "the name of a context"},
    {"condition", Shape::kName, "the name of a `let` or a signal"},
    {"word", Shape::kName, "one word"},
    {"duration", Shape::kDuration, "a duration such as 4h"},
    {"integer", Shape::kInteger, "a whole number"},
    {"text", Shape::kText, "a string"},
}};

const ParameterType* find_type(std::string_view word) {
  const auto* found = std::ranges::find(kTypes, word, &ParameterType::word);
  return found == kTypes.end() ? nullptr : found;
}

bool fits(Shape shape, const std::vector<ast::Item>& values) {
  if (shape == Shape::kItems) {
    return !values.empty();
  }
  if (values.size() != 1 || values[0].atoms.size() != 1 || values[0].has_arguments ||
      values[0].until || values[0].because) {
    return false;
  }
  const ast::Literal* literal = literal_at(values[0], 0);
  switch (shape) {
    case Shape::kItems:
      return true;
    case Shape::kName:
      return literal == nullptr;
    case Shape::kDuration:
      return literal != nullptr && literal->kind == ast::LiteralKind::kDuration;
    case Shape::kInteger:
      return literal != nullptr && literal->kind == ast::LiteralKind::kInteger;
    case Shape::kText:
      return literal != nullptr && literal->kind == ast::LiteralKind::kString;
  }
  return false;
}

/// `who group "Pilot" until …` gives one item, `who (A, group "B")` gives its members.
std::vector<ast::Item> value_of(const ast::Item& argument) {
  if (argument.atoms.size() == 1) {
    return argument.arguments;
  }
  ast::Item value = argument;
  value.atoms.erase(value.atoms.begin());
  value.head = Span{argument.head.file, span_of(value.atoms.front()).begin, argument.head.end};
  value.span = Span{argument.span.file, value.head.begin, argument.span.end};
  return {value};
}

class ArgumentReader {
 public:
  ArgumentReader(const ast::Template& model, DiagnosticCollector& diagnostics)
      : model_(model), diagnostics_(diagnostics) {}

  void read(const ast::Item& argument) {
    const ast::Name* name = word_at(argument, 0);
    const auto parameter = std::ranges::find_if(model_.parameters, [&](const auto& each) {
      return name != nullptr && each.name.text == name->text;
    });
    if (parameter == model_.parameters.end()) {
      unknown(argument, name);
      return;
    }
    if (given_.contains(name->text)) {
      diagnostics_.report<Code::kArgumentGivenTwice>(argument.span, name->text);
      failed_ = true;
      return;
    }
    std::vector<ast::Item> value = value_of(argument);
    const ParameterType* type = find_type(parameter->type.text);
    if (type != nullptr && !fits(type->shape, value)) {
      diagnostics_
          .report<Code::kWrongValue>(argument.span, fmt::format("parameter `{}`", name->text),
                                     type->wanted, "something else")
          .related(parameter->span, "declared here");
      failed_ = true;
    }
    given_.emplace(name->text, std::move(value));
  }

  std::optional<TemplateArguments> finish(Span application) {
    for (const ast::Template::Parameter& each : model_.parameters) {
      if (!given_.contains(each.name.text) && !failed_) {
        diagnostics_
            .report<Code::kMissingArgument>(application, model_.name.text,
                                            fmt::format("a value for `{}`", each.name.text))
            .related(each.span, "declared here");
        failed_ = true;
      }
    }
    return failed_ ? std::nullopt : std::optional(std::move(given_));
  }

 private:
  void unknown(const ast::Item& argument, const ast::Name* name) {
    failed_ = true;
    if (name == nullptr) {
      diagnostics_.report<Code::kWrongValue>(
          argument.span, "`apply`", "`parameter value`, separated by commas", "a value alone");
      return;
    }
    std::vector<std::string_view> names;
    for (const ast::Template::Parameter& each : model_.parameters) {
      names.push_back(each.name.text);
    }
    diagnostics_
        .report<Code::kUnknownWord>(name->span, name->text,
                                    fmt::format("a parameter of template `{}`", model_.name.text))
        .related(model_.name.span, "the template is declared here")
        .suggest(name->span, nearest(name->text, names));
  }

  const ast::Template& model_;
  DiagnosticCollector& diagnostics_;
  TemplateArguments given_;
  bool failed_ = false;
};

}  // namespace

bool is_parameter_type(std::string_view word) {
  return find_type(word) != nullptr;
}

std::string parameter_types() {
  std::string text;
  for (const ParameterType& type : kTypes) {
    text += fmt::format("{}`{}`", text.empty() ? "" : ", ", type.word);
  }
  return text;
}

std::optional<TemplateArguments> read_template_arguments(const ast::Item& application,
                                                         const ast::Template& model,
                                                         DiagnosticCollector& diagnostics) {
  ArgumentReader reader(model, diagnostics);
  for (const ast::Item& argument : application.arguments) {
    reader.read(argument);
  }
  return reader.finish(application.head);
}

}  // namespace gate::compiler::sema
