#include "compiler/source/source_map.h"

#include <algorithm>

namespace gate::compiler {

std::uint32_t SourceMap::add(std::string_view name, std::string_view text) {
  files_.push_back(File{name, text, {}});
  return static_cast<std::uint32_t>(files_.size() - 1);
}

std::string_view SourceMap::text(Span span) const {
  const std::string_view whole = text(span.file);
  if (span.begin > whole.size()) {
    return {};
  }
  return whole.substr(span.begin, span.end - span.begin);
}

const std::vector<std::uint32_t>& SourceMap::line_begins(std::uint32_t file) const {
  const File& entry = files_.at(file);
  if (entry.line_begins.empty()) {
    entry.line_begins.push_back(0);
    for (std::size_t i = 0; i < entry.text.size(); ++i) {
      if (entry.text[i] == '\n') {
        entry.line_begins.push_back(static_cast<std::uint32_t>(i + 1));
      }
    }
  }
  return entry.line_begins;
}

LineColumn SourceMap::locate(std::uint32_t file, std::uint32_t offset) const {
  const auto& begins = line_begins(file);
  const std::string_view whole = text(file);
  const auto clamped = std::min<std::uint32_t>(offset, static_cast<std::uint32_t>(whole.size()));
  const auto after = std::upper_bound(begins.begin(), begins.end(), clamped);
  const auto line_index = static_cast<std::uint32_t>(after - begins.begin()) - 1;
  const std::string_view before = whole.substr(begins[line_index], clamped - begins[line_index]);
  return LineColumn{line_index + 1, static_cast<std::uint32_t>(count_code_points(before)) + 1};
}

std::uint32_t SourceMap::line_count(std::uint32_t file) const {
  return static_cast<std::uint32_t>(line_begins(file).size());
}

std::uint32_t SourceMap::line_begin(std::uint32_t file, std::uint32_t number) const {
  const auto& begins = line_begins(file);
  return number >= 1 && number <= begins.size() ? begins[number - 1] : begins.back();
}

std::string_view SourceMap::line(std::uint32_t file, std::uint32_t number) const {
  const auto& begins = line_begins(file);
  if (number < 1 || number > begins.size()) {
    return {};
  }
  const std::string_view whole = text(file);
  const std::size_t begin = begins[number - 1];
  std::size_t end = number < begins.size() ? begins[number] - 1 : whole.size();
  if (end > begin && whole[end - 1] == '\r') {
    --end;
  }
  return whole.substr(begin, end - begin);
}

std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) !=
           0x80U;  // every byte that does not continue another
  }));
}

}  // namespace gate::compiler
