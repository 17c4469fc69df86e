#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "compiler/format/printer.h"

// `test` and `assert` blocks.
namespace gate::compiler::format {
namespace {

constexpr std::size_t kPartWidth = 7;  // `expect ` and `given  `

/// A piece of a claim on one line, without the comments inside it.
std::string squeezed(std::string_view text) {
  std::string out;
  bool in_string = false;
  bool gap = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (!in_string && c == '#') {
      i = std::min(text.find('\n', i), text.size());
      gap = true;
      continue;
    }
    if (!in_string && (c == ' ' || c == '\t' || c == '\r' || c == '\n')) {
      gap = true;
      continue;
    }
    if (gap && !out.empty() && out.back() != '[' && c != ']' && c != ',') {
      out += ' ';
    }
    gap = !in_string && c == ',';
    out += c;
    if (in_string && c == '\\' && i + 1 < text.size()) {
      out += text[++i];
    } else if (c == '"') {
      in_string = !in_string;
    }
  }
  return out;
}

}  // namespace

std::string Printer::test_head(const ast::Test& test) const {
  std::string head = "test " + source(test.name.span);
  if (test.expected_column) {
    std::string columns;
    for (const ast::Test::Column& column : test.columns) {
      columns += columns.empty() ? "" : ", ";
      columns += dotted(column.path);
    }
    head += fmt::format(" ({} -> {})", columns, test.expected_column->text);
  }
  return head + " {";
}

std::string Printer::flat(const ast::Fact& fact) const {
  std::string text = dotted(fact.path);
  if (fact.value) {
    text += " " + flat(*fact.value);
  }
  if (fact.has_membership) {
    text += fact.membership_bracketed ? fmt::format(" in [{}]", flat(fact.membership))
                                      : " in " + flat(fact.membership);
  }
  return text;
}

std::string Printer::flat(const ast::Requirement& node) const {
  switch (node.mode) {
    case ast::Requirement::Mode::kOne:
      return flat(node.controls);
    case ast::Requirement::Mode::kAll:
      return fmt::format("all of ({})", flat(node.controls));
    case ast::Requirement::Mode::kAny:
      return fmt::format("any of ({})", flat(node.controls));
  }
  return {};
}

std::string Printer::flat(const ast::Expectation& node) const {
  std::string text = node.report ? "report " : "";
  switch (node.outcome) {
    case ast::ExpectedOutcome::kAllow:
      text += "allow";
      break;
    case ast::ExpectedOutcome::kBlock:
      text += "block";
      break;
    case ast::ExpectedOutcome::kChallenge:
      text += "challenge " + flat(node.challenge);
      break;
  }
  const char* separator = " because ";
  for (const ast::Text& policy : node.because) {
    text += separator + source(policy.span);
    separator = ", ";
  }
  return text;
}

void Printer::test_parts(const ast::Test& test, CommentRun& comments) {
  struct Part {
    Span span;
    Lines lines;
  };
  std::vector<Part> parts;  // in canonical order: given, rows, expect
  if (test.given) {
    const auto& facts = test.given->content;
    std::string whole;
    Lines broken;
    for (std::size_t i = 0; i < facts.size(); ++i) {
      const std::string text = flat(facts[i]);
      whole += (i == 0 ? "" : ", ") + text;
      broken.push_back(
          {0, text + (i + 1 < facts.size() ? "," : ""), facts[i].span.begin, facts[i].span.end});
    }
    const Span span = test.given->span;
    Lines lines = fits(whole, kIndent + kPartWidth, span)
                      ? Lines{{0, std::move(whole), span.begin, span.end}}
                      : std::move(broken);
    parts.push_back({span, behind("given", kPartWidth, kIndent, std::move(lines))});
  }
  std::vector<std::size_t> widths;
  for (const ast::TestRow& row : test.rows) {
    widths.resize(std::max(widths.size(), row.cells.size()));
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      widths[i] = std::max(widths[i], count_code_points(flat(row.cells[i])));
    }
  }
  for (const ast::TestRow& row : test.rows) {
    std::string text;
    for (std::size_t i = 0; i < row.cells.size(); ++i) {
      const std::string cell = flat(row.cells[i]);
      text += (i == 0 ? "" : " | ") + cell + std::string(widths[i] - count_code_points(cell), ' ');
    }
    text += " -> " + flat(row.expected);
    parts.push_back({row.span, {{kIndent, std::move(text), row.span.begin, row.span.end}}});
  }
  if (test.expect) {
    const Span span = test.expect->span;
    parts.push_back(
        {span,
         {{kIndent, fmt::format("expect {}", flat(test.expect->content)), span.begin, span.end}}});
  }
  // Comments travel with the part that they stand at.
  std::vector<std::size_t> by_place(parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    by_place[i] = i;
  }
  std::sort(by_place.begin(), by_place.end(), [&](std::size_t a, std::size_t b) {
    return parts[a].span.begin < parts[b].span.begin;
  });
  std::vector<CommentRun> runs(parts.size());
  for (std::size_t i = 0; i < by_place.size(); ++i) {
    const std::uint32_t following =
        i + 1 < by_place.size() ? parts[by_place[i + 1]].span.begin : test.close.begin;
    CommentRun run = writer_.run_for(comments.next, parts[by_place[i]].span.end, following);
    run.end = std::min(run.end, comments.end);
    comments.next = run.end;
    runs[by_place[i]] = run;
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    writer_.write(parts[i].lines, runs[i]);
  }
}

void Printer::assertions(const ast::Assert& node, CommentRun& comments) {
  for (const ast::Assertion& assertion : node.assertions) {
    const std::string head =
        fmt::format("{} {} where", assertion.every ? "every" : "some", assertion.subject.text);
    Lines lines = expression(assertion.where, kIndent + head.size() + 1);
    lines = behind(head + " ", head.size() + 1, kIndent, std::move(lines));
    std::string claim;
    for (const Span word : assertion.claim) {
      claim += (claim.empty() ? "" : " ") + squeezed(sources_.text(word));
    }
    lines.push_back({kIndent, std::move(claim), assertion.claim.front().begin, assertion.span.end});
    writer_.write(lines, comments);
  }
}

}  // namespace gate::compiler::format
