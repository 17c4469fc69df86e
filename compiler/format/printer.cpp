#include "compiler/format/printer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <variant>

namespace gate::compiler::format {
namespace {

/// Sections stand in a column of their own: the longest keyword is `session`.
constexpr std::size_t kSectionWidth = 9;
constexpr std::uint32_t kNowhere = std::numeric_limits<std::uint32_t>::max();

bool is_block(const ast::Declaration& node) {
  return std::holds_alternative<ast::Policy>(node.node) ||
         std::holds_alternative<ast::Template>(node.node) ||
         std::holds_alternative<ast::Test>(node.node) ||
         std::holds_alternative<ast::Assert>(node.node);
}

std::string_view keyword(ast::SetKind kind) {
  switch (kind) {
    case ast::SetKind::kUsers:
      return "users";
    case ast::SetKind::kApps:
      return "apps";
    case ast::SetKind::kLocations:
      return "locations";
  }
  return "users";
}

}  // namespace

Lines behind(std::string_view prefix, std::size_t width, std::size_t indent, Lines lines) {
  const std::size_t padding = width > prefix.size() ? width - prefix.size() : 0;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i == 0) {
      lines[i].text = std::string(prefix) + std::string(padding, ' ') + lines[i].text;
      lines[i].indent += indent;
    } else {
      lines[i].indent += indent + width;
    }
  }
  return lines;
}

std::string Printer::print() {
  std::size_t next_comment = 0;
  std::uint32_t previous_end = 0;
  bool after_block = false;
  const auto& declarations = file_.declarations;
  for (std::size_t i = 0; i < declarations.size(); ++i) {
    const ast::Declaration& node = declarations[i];
    const std::uint32_t following =
        i + 1 < declarations.size() ? declarations[i + 1].span.begin : kNowhere;
    CommentRun comments = writer_.run_for(next_comment, node.span.end, following);
    next_comment = comments.end;
    // Blocks stand apart; elsewhere one empty line is kept where the author put some.
    bool apart = is_block(node) || after_block;
    while (comments.next < comments.end &&
           writer_.comments()[comments.next].span.begin < node.span.begin) {
      const Span comment = writer_.comments()[comments.next].span;
      if (!writer_.empty() && (apart || writer_.blank_between(previous_end, comment.begin))) {
        writer_.blank_line();
      }
      CommentRun one{comments.next, comments.next + 1};
      writer_.write_comments_before(kNowhere, 0, one);
      ++comments.next;
      previous_end = comment.end;
      apart = false;
    }
    if (!writer_.empty() && (apart || writer_.blank_between(previous_end, node.span.begin))) {
      writer_.blank_line();
    }
    declaration(node, comments);
    previous_end = node.span.end;
    if (comments.end > 0 && next_comment == comments.end &&
        comments.end <= writer_.comments().size() &&
        writer_.comments()[comments.end - 1].span.begin >= node.span.end) {
      previous_end = writer_.comments()[comments.end - 1].span.end;
    }
    after_block = is_block(node);
  }
  for (; next_comment < writer_.comments().size(); ++next_comment) {
    const Span comment = writer_.comments()[next_comment].span;
    if (!writer_.empty() && (after_block || writer_.blank_between(previous_end, comment.begin))) {
      writer_.blank_line();
    }
    CommentRun one{next_comment, next_comment + 1};
    writer_.write_comments_before(kNowhere, 0, one);
    previous_end = comment.end;
    after_block = false;
  }
  return writer_.take();
}

void Printer::declaration(const ast::Declaration& node, CommentRun& comments) {
  const auto head_span = [&](Span last) {
    return Span{node.span.file, node.span.begin, writer_.find('{', last.end) + 1};
  };
  if (const auto* policy = std::get_if<ast::Policy>(&node.node)) {
    block(
        fmt::format("policy {} {{", source(policy->name.span)), head_span(policy->name.span),
        policy->close, [&](CommentRun& inside) { sections(*policy, inside); }, comments);
  } else if (const auto* model = std::get_if<ast::Template>(&node.node)) {
    const Span last = model->parameters.empty() ? model->name.span : model->parameters.back().span;
    block(
        template_head(*model), head_span(last), model->body.close,
        [&](CommentRun& inside) { sections(model->body, inside); }, comments);
  } else if (const auto* test = std::get_if<ast::Test>(&node.node)) {
    const Span last = test->expected_column ? test->expected_column->span : test->name.span;
    block(
        test_head(*test), head_span(last), test->close,
        [&](CommentRun& inside) { test_parts(*test, inside); }, comments);
  } else if (const auto* assertion = std::get_if<ast::Assert>(&node.node)) {
    block(
        fmt::format("assert {} {{", source(assertion->name.span)), head_span(assertion->name.span),
        assertion->close, [&](CommentRun& inside) { assertions(*assertion, inside); }, comments);
  } else {
    writer_.write(simple(node), comments);
  }
}

void Printer::block(std::string head, Span head_span, Span close,
                    const std::function<void(CommentRun&)>& body, CommentRun& comments) {
  // Comments between the words of the head move inside, so that none becomes a description.
  CommentRun none{};
  const CommentRun behind_head = writer_.run_for(comments.next, head_span.end, close.begin);
  const bool has_behind = behind_head.end > behind_head.next &&
                          writer_.comments()[behind_head.end - 1].span.begin >= head_span.end;
  if (has_behind) {
    CommentRun one{behind_head.end - 1, behind_head.end};
    writer_.write({{0, std::move(head), head_span.begin, head_span.end}}, one);
    CommentRun inner{comments.next, behind_head.end - 1};
    writer_.write_comments_before(kNowhere, kIndent, inner);
    comments.next = behind_head.end;
  } else {
    writer_.write({{0, std::move(head), head_span.begin, head_span.end}}, none);
    writer_.write_comments_before(head_span.end, kIndent, comments);
  }
  body(comments);
  writer_.write_comments_before(close.begin, kIndent, comments);
  writer_.write({{0, "}", close.begin, close.end}}, comments);
}

void Printer::sections(const ast::Policy& policy, CommentRun& comments) {
  struct Entry {
    Span span;
    Lines lines;
    CommentRun run;
  };
  std::vector<Entry> entries;  // in canonical order
  const auto add = [&](std::string_view word, const auto& section, Lines lines) {
    entries.push_back({section->span, behind(word, kSectionWidth, kIndent, std::move(lines)), {}});
  };
  constexpr std::size_t kColumn = kIndent + kSectionWidth;
  if (policy.apply) {
    add("apply", policy.apply, apply(policy.apply->content));
  }
  if (policy.id) {
    add("id", policy.id, state_or_id(source(policy.id->content.span), policy.id->span));
  }
  if (policy.state) {
    add("state", policy.state, state_or_id(flat(policy.state->content), policy.state->span));
  }
  if (policy.users) {
    add("users", policy.users, assignments(policy.users->content));
  }
  if (policy.target) {
    add("target", policy.target, assignments(policy.target->content));
  }
  if (policy.when) {
    add("when", policy.when, expression(policy.when->content, kColumn));
  }
  if (policy.grant) {
    add("grant", policy.grant, grant(policy.grant->content, policy.grant->span));
  }
  if (policy.session) {
    add("session", policy.session,
        list("", policy.session->keyword, policy.session->content, kColumn));
  }
  // Comments travel with the section that they stand at, so they are dealt out in source order.
  std::vector<Entry*> by_place;
  for (Entry& entry : entries) {
    by_place.push_back(&entry);
  }
  std::sort(by_place.begin(), by_place.end(),
            [](const Entry* a, const Entry* b) { return a->span.begin < b->span.begin; });
  for (std::size_t i = 0; i < by_place.size(); ++i) {
    const std::uint32_t following =
        i + 1 < by_place.size() ? by_place[i + 1]->span.begin : policy.close.begin;
    by_place[i]->run = writer_.run_for(comments.next, by_place[i]->span.end, following);
    by_place[i]->run.end = std::min(by_place[i]->run.end, comments.end);
    comments.next = by_place[i]->run.end;
  }
  for (Entry& entry : entries) {
    writer_.write(entry.lines, entry.run);
    // What stands behind the last word of a section that is now printed before it.
    writer_.write_comments_before(kNowhere, kIndent, entry.run);
  }
}

Lines Printer::state_or_id(std::string text, Span span) const {
  return {{0, std::move(text), span.begin, span.end}};
}

std::string Printer::template_head(const ast::Template& node) {
  std::string parameters;
  for (const ast::Template::Parameter& each : node.parameters) {
    parameters +=
        fmt::format("{}{} : {}", parameters.empty() ? "" : ", ", each.name.text, each.type.text);
  }
  return parameters.empty() ? fmt::format("template {} {{", node.name.text)
                            : fmt::format("template {}({}) {{", node.name.text, parameters);
}

Lines Printer::apply(const ast::Item& node) const {
  if (!node.has_arguments) {
    return {{0, flat(node), node.span.begin, node.span.end}};
  }
  const std::string head(source(ast::span_of(node.atoms.front())));
  return enclosed(head, node.span.begin, node.arguments, '(', ')', node.span,
                  kIndent + kSectionWidth);
}

Lines Printer::assignments(const std::vector<ast::Assignment>& nodes) const {
  Lines lines;
  for (const ast::Assignment& node : nodes) {
    const Lines one = list(node.exclude ? "exclude" : "include", node.keyword, node.items,
                           kIndent + kSectionWidth);
    lines.insert(lines.end(), one.begin(), one.end());
  }
  return lines;
}

Lines Printer::grant(const ast::Grant& node, Span span) const {
  if (node.block) {
    return {{0, "block", span.begin, span.end}};
  }
  const std::string whole = "require " + flat(node.requirement);
  if (node.requirement.mode == ast::Requirement::Mode::kOne ||
      fits(whole, kIndent + kSectionWidth, span)) {
    return {{0, whole, span.begin, span.end}};
  }
  const char* mode = node.requirement.mode == ast::Requirement::Mode::kAll ? "all" : "any";
  return enclosed(fmt::format("require {} of ", mode), span.begin, node.requirement.controls, '(',
                  ')', span, kIndent + kSectionWidth);
}

Lines Printer::simple(const ast::Declaration& node) const {
  const Span span = node.span;
  const auto one_line = [&](std::string text) -> Lines {
    return {{0, std::move(text), span.begin, span.end}};
  };
  if (const auto* import = std::get_if<ast::Import>(&node.node)) {
    return one_line(fmt::format("import {}", source(import->path.span)));
  }
  if (const auto* profile = std::get_if<ast::Profile>(&node.node)) {
    return one_line(fmt::format("profile {}", profile->name.text));
  }
  if (const auto* fallback = std::get_if<ast::Default>(&node.node)) {
    return one_line(fallback->deny ? "default deny" : "default allow");
  }
  if (const auto* set = std::get_if<ast::NamedSet>(&node.node)) {
    return list(fmt::format("{} {} =", keyword(set->kind), set->name.text),
                Span{span.file, span.begin, set->name.span.end}, set->items, 0);
  }
  if (const auto* strength = std::get_if<ast::Strength>(&node.node)) {
    const std::string head = fmt::format("strength {} = any of", strength->name.text);
    std::string whole = head;
    Lines broken{{0, head, span.begin, strength->name.span.end}};
    for (std::size_t i = 0; i < strength->combinations.size(); ++i) {
      const std::string text = fmt::format("[{}]", flat(strength->combinations[i]));
      whole += (i == 0 ? " " : ", ") + text;
      const Span at = strength->combination_spans[i];
      broken.push_back({kIndent, text + ",", at.begin, at.end});
    }
    return fits(whole, 0, span) ? one_line(std::move(whole)) : broken;
  }
  if (const auto* context = std::get_if<ast::Context>(&node.node)) {
    std::string text = fmt::format("context {} = {}", context->name.text, source(context->id.span));
    if (context->title) {
      text += " " + source(context->title->span);
    }
    return one_line(std::move(text));
  }
  if (const auto* signal = std::get_if<ast::Signal>(&node.node)) {
    std::string text = fmt::format("signal {} : {}", signal->name.text, signal->type.text);
    if (signal->has_values) {
      text += fmt::format(" [{}]", flat(signal->values));
    }
    if (signal->default_value) {
      text += " default " + flat(*signal->default_value);
    }
    return one_line(std::move(text));
  }
  const auto& let = std::get<ast::Let>(node.node);
  const std::string head = fmt::format("let {} =", let.name.text);
  const std::string whole = head + " " + flat(let.value);
  if (fits(whole, 0, span)) {
    return one_line(whole);
  }
  Lines lines{{0, head, span.begin, let.name.span.end}};
  for (Line& line : expression(let.value, kIndent)) {
    line.indent += kIndent;
    lines.push_back(std::move(line));
  }
  return lines;
}

bool Printer::fits(std::string_view text, std::size_t column, Span span) const {
  return column + count_code_points(text) <= kColumnsMax && !writer_.has_comment_inside(span);
}

Lines Printer::list(std::string head, Span head_span, const std::vector<ast::Item>& items,
                    std::size_t column, bool last_comma) const {
  const std::string whole = head + (head.empty() ? "" : " ") + flat(items);
  const Span span{head_span.file, head_span.begin, items.back().span.end};
  if (fits(whole, column, span)) {
    return {{0, whole, span.begin, span.end}};
  }
  Lines lines;
  std::size_t indent = 0;
  if (!head.empty()) {
    lines.push_back({0, std::move(head), head_span.begin, head_span.end});
    indent = kIndent;
  }
  for (std::size_t i = 0; i < items.size(); ++i) {
    const bool comma = last_comma || i + 1 < items.size();
    lines.push_back(
        {indent, flat(items[i]) + (comma ? "," : ""), items[i].span.begin, items[i].span.end});
  }
  return lines;
}

Lines Printer::enclosed(std::string head, std::uint32_t begin, const std::vector<ast::Item>& items,
                        char open, char close, Span span, std::size_t column) const {
  const std::string whole = fmt::format("{}{}{}{}", head, open, flat(items), close);
  if (items.empty() || fits(whole, column, span)) {
    return {{0, whole, begin, span.end}};
  }
  Lines lines{{0, head + open, begin, writer_.find(open, begin) + 1}};
  for (const ast::Item& item : items) {
    lines.push_back({kIndent, flat(item) + ",", item.span.begin, item.span.end});
  }
  lines.push_back({0, std::string(1, close), span.end - 1, span.end});
  return lines;
}

std::string Printer::flat(const ast::Item& item) const {
  std::string text;
  for (const ast::Item::Atom& atom : item.atoms) {
    text += text.empty() ? "" : " ";
    text += source(ast::span_of(atom));
  }
  if (item.has_arguments) {
    text += fmt::format("({})", flat(item.arguments));
  }
  if (item.until) {
    text += " until " + source(item.until->span);
  }
  if (item.because) {
    text += " because " + source(item.because->span);
  }
  return text;
}

std::string Printer::flat(const std::vector<ast::Item>& items) const {
  std::string text;
  for (const ast::Item& item : items) {
    text += text.empty() ? "" : ", ";
    text += flat(item);
  }
  return text;
}

std::string Printer::dotted(const std::vector<ast::Name>& path) {
  std::string text;
  for (const ast::Name& part : path) {
    text += text.empty() ? "" : ".";
    text += part.text;
  }
  return text;
}

}  // namespace gate::compiler::format
