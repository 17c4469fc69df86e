#include "compiler/driver/set_files.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>
#include <unordered_map>
#include <utility>

#include "compiler/ast/relocate.h"

namespace gate::compiler {
namespace {

/// Below this a second thread costs more than it saves.
constexpr std::size_t kBytesForTwoThreads = std::size_t{256} << 10U;
/// A tree against its text, in bytes.
constexpr std::size_t kTreeFactor = 15;

std::string_view text_of(std::string_view file, const PolicyPlace& place) {
  return file.substr(place.begin, place.end - place.begin);
}

/// A tree that was parsed as another file of its set.
void renumber(ast::File& tree, std::uint32_t file, std::string_view text) {
  if (tree.index == file) {
    return;
  }
  tree.index = file;
  for (ast::Declaration& declaration : tree.declarations) {
    ast::relocate(declaration, {file, 0, 0, text});
  }
  for (ast::Comment& comment : tree.comments) {
    comment.span.file = file;
  }
}

}  // namespace

std::size_t CachedFile::bytes() const {
  std::size_t trees = 0;
  for (const ast::Declaration& declaration : outline.file.declarations) {
    trees += kTreeFactor * (declaration.span.end - declaration.span.begin);
  }
  return text->size() + trees + outline.policies.capacity() * sizeof(PolicyPlace) +
         outline.file.comments.capacity() * sizeof(ast::Comment) + fragments.bytes() + sizeof *this;
}

SetFiles::SetFiles(const std::vector<SourceFile>& files, const Limits& limits, SetCache* cache,
                   DiagnosticCollector& diagnostics)
    : files_(&files),
      limits_(&limits),
      cache_(cache),
      here_(sources_, limits),
      there_(sources_, limits),
      trees_(files.size()),
      policies_(files.size()),
      explained_(files.size()),
      clean_(files.size(), true),
      changed_(files.size(), false),
      before_(files.size()),
      same_as_(files.size()),
      found_(files.size()),
      reused_(files.size()) {
  if (cache_ != nullptr) {
    cache_->statistics = {};
  }
  for (std::uint32_t file = 0; file < files.size(); ++file) {
    take(file);
  }
  if (cache_ != nullptr) {
    cache_->files.clear();
    cache_->statistics.files_parsed = to_read_.size();
    cache_->statistics.files_reused = files.size() - to_read_.size();
  }
  read_all();
  for (DiagnosticCollector& found : found_) {
    diagnostics.append(std::move(found));
  }
}

void SetFiles::take(std::uint32_t file) {
  const SourceFile& given = (*files_)[file];
  if (cache_ == nullptr) {
    sources_.add(given.name, given.text);
    to_read_.push_back(file);
    return;
  }
  const auto found = cache_->files.find(given.name);
  if (found != cache_->files.end()) {
    before_[file] = std::move(found->second);
  }
  CachedFile& before = before_[file];
  if (before.text != nullptr && before.clean && *before.text == given.text) {
    trees_[file] = std::move(before.outline.file);
    policies_[file] = std::move(before.outline.policies);
    renumber(trees_[file], file, *before.text);
    texts_.push_back(before.text);
  } else {
    texts_.push_back(std::make_shared<const std::string>(given.text));
    to_read_.push_back(file);
  }
  sources_.add(given.name, *texts_.back());
}

void SetFiles::read_all() {
  std::size_t bytes = 0;
  for (const std::uint32_t file : to_read_) {
    bytes += sources_.text(file).size();
  }
  std::atomic<std::size_t> next{0};
  const auto some = [this, &next](FileReader& reader) {
    for (std::size_t i = next++; i < to_read_.size(); i = next++) {
      read(to_read_[i], reader);
    }
  };
  std::future<void> other;
  if (bytes >= kBytesForTwoThreads && to_read_.size() > 1 &&
      std::thread::hardware_concurrency() > 1) {
    other = std::async(std::launch::async, [this, &some] { some(there_); });
  }
  some(here_);
  if (other.valid()) {
    other.get();
  }
  for (const std::uint32_t file : to_read_) {
    changed_[file] = true;
    clean_[file] = found_[file].empty() && !trees_[file].damaged;
    if (cache_ != nullptr) {
      cache_->statistics.declarations_reused += reused_[file];
    }
  }
}

void SetFiles::read(std::uint32_t file, FileReader& reader) {
  CachedFile& before = before_[file];
  ast::File nothing;
  const bool usable = before.text != nullptr && before.clean;
  EarlierDeclarations earlier(usable ? before.outline.file : nothing,
                              usable ? std::string_view(*before.text) : "");
  Outline outline = reader.outline(file, found_[file], &earlier);
  trees_[file] = std::move(outline.file);
  policies_[file] = std::move(outline.policies);
  explained_[file] = outline.explained;
  reused_[file] = earlier.taken();
  if (before.text != nullptr) {
    match_policies(file, before);
  }
}

/// Finds the policies of the last version in the new one: equal text, equal description.
void SetFiles::match_policies(std::uint32_t file, const CachedFile& before) {
  const std::vector<PolicyPlace>& old = before.outline.policies;
  const std::vector<PolicyPlace>& now = policies_[file];
  const auto same = [&](std::size_t a, std::size_t b) {
    return text_of(*before.text, old[a]) == text_of(sources_.text(file), now[b]) &&
           old[a].description == now[b].description && !old[a].reported && !now[b].reported;
  };
  std::vector<std::uint32_t>& match = same_as_[file];
  match.assign(now.size(), 0);
  std::size_t front = 0;
  while (front < now.size() && front < old.size() && same(front, front)) {
    match[front] = static_cast<std::uint32_t>(front + 1);
    ++front;
  }
  std::unordered_map<std::string_view, std::size_t> by_text;  // the rest, which may have moved
  for (std::size_t i = front; i < old.size(); ++i) {
    by_text.emplace(text_of(*before.text, old[i]), i);
  }
  for (std::size_t i = front; i < now.size(); ++i) {
    const auto found = by_text.find(text_of(sources_.text(file), now[i]));
    if (found != by_text.end() && same(found->second, i)) {
      match[i] = static_cast<std::uint32_t>(found->second + 1);
    }
  }
}

std::string_view SetFiles::known(std::uint32_t file, std::size_t policy) const {
  const Fragments& fragments = before_[file].fragments;
  std::size_t index = policy;
  if (!same_as_[file].empty()) {
    if (same_as_[file][policy] == 0) {
      return {};
    }
    index = same_as_[file][policy] - 1;
  }
  return index < fragments.size() ? fragments.at(index) : std::string_view();
}

bool SetFiles::incomplete() const {
  for (std::size_t file = 0; file < trees_.size(); ++file) {
    if (trees_[file].damaged && trees_[file].declarations.empty() && policies_[file].empty()) {
      return true;
    }
  }
  return false;
}

void SetFiles::keep(std::vector<Fragments> fragments, std::uint64_t stamp,
                    std::span<const FileStamp> stamps) {
  if (cache_ == nullptr) {
    return;
  }
  cache_->stamp = stamp;
  std::size_t bytes = 0;
  for (std::uint32_t file = 0; file < trees_.size(); ++file) {
    CachedFile entry{texts_[file],
                     file < stamps.size() ? stamps[file] : FileStamp{},
                     {std::move(trees_[file]), std::move(policies_[file]), 0},
                     std::move(fragments[file]),
                     clean_[file]};
    entry.fragments.shrink();
    bytes += entry.bytes();
    if (bytes > cache_->bytes_max) {
      bytes -= entry.bytes();
      continue;
    }
    cache_->files.insert_or_assign((*files_)[file].name, std::move(entry));
  }
  cache_->statistics.bytes = bytes;
}

}  // namespace gate::compiler
