#include "compiler/parse/parse_files.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>
#include <utility>

#include "compiler/ast/relocate.h"
#include "compiler/parse/parser.h"

namespace gate::compiler {
namespace {

/// Below this a second thread costs more than it saves (about 4 ms of parsing).
constexpr std::size_t kBytesForTwoThreads = std::size_t{64} << 10U;

/// Templates put parts of one file into policies of another; such trees are not what was parsed.
bool expands_templates(const ast::File& file) {
  return std::ranges::any_of(file.declarations, [](const ast::Declaration& declaration) {
    const auto* policy = std::get_if<ast::Policy>(&declaration.node);
    return std::holds_alternative<ast::Template>(declaration.node) ||
           (policy != nullptr && policy->apply.has_value());
  });
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

class FilesParser {
 public:
  FilesParser(const SourceMap& sources, const Limits& limits, DiagnosticCollector& diagnostics,
              ParseCache* cache)
      : given_(&sources), limits_(&limits), diagnostics_(&diagnostics), cache_(cache) {}

  std::vector<ast::File> run() {
    trees_.resize(given_->size());
    found_.resize(given_->size());
    earlier_.resize(given_->size());
    reused_.resize(given_->size());
    if (cache_ != nullptr) {
      take_from_cache();
    } else {
      for (std::uint32_t file = 0; file < given_->size(); ++file) {
        own_.add(given_->name(file), given_->text(file));
        to_parse_.push_back(file);
      }
    }
    parse_all();
    for (DiagnosticCollector& found : found_) {
      diagnostics_->append(std::move(found));
    }
    return std::move(trees_);
  }

 private:
  using Entry = ParseCache::Entry;

  void take_from_cache() {
    cache_->statistics_ = {};
    cache_->lent_.clear();
    auto before = std::exchange(cache_->entries_, {});
    for (std::uint32_t file = 0; file < given_->size(); ++file) {
      const auto found = before.find(given_->name(file));
      std::shared_ptr<const std::string> text;
      if (found != before.end() && *found->second.text == given_->text(file)) {
        text = found->second.text;
        trees_[file] = std::move(found->second.tree);
        renumber(trees_[file], file, *text);
        ++cache_->statistics_.files_reused;
      } else {
        text = std::make_shared<const std::string>(given_->text(file));
        to_parse_.push_back(file);
        if (found != before.end()) {
          earlier_[file] = std::move(found->second);
        }
      }
      own_.add(given_->name(file), *text);
      cache_->lent_.push_back({std::string(given_->name(file)), text, true});
    }
    cache_->statistics_.files_parsed = to_parse_.size();
  }

  void parse_all() {
    std::size_t bytes = 0;
    for (const std::uint32_t file : to_parse_) {
      bytes += own_.text(file).size();
    }
    const bool two = bytes >= kBytesForTwoThreads && to_parse_.size() > 1 &&
                     std::thread::hardware_concurrency() > 1;
    std::future<void> other;
    if (two) {
      other = std::async(std::launch::async, [this] { parse_some(); });
    }
    parse_some();
    if (two) {
      other.get();
    }
    if (cache_ != nullptr) {
      for (const std::uint32_t file : to_parse_) {
        cache_->lent_[file].keepable =
            found_[file].empty() && !trees_[file].damaged && !expands_templates(trees_[file]);
        cache_->statistics_.declarations_reused += reused_[file];
      }
    }
  }

  void parse_some() {
    for (std::size_t i = next_++; i < to_parse_.size(); i = next_++) {
      const std::uint32_t file = to_parse_[i];
      Entry& before = earlier_[file];
      EarlierDeclarations earlier(before.tree, before.text ? std::string_view(*before.text) : "");
      trees_[file] = parse_file(own_, file, *limits_, found_[file], &earlier);
      reused_[file] = earlier.taken();
    }
  }

  const SourceMap* given_;
  const Limits* limits_;
  DiagnosticCollector* diagnostics_;
  ParseCache* cache_;
  SourceMap own_;  // the same files, their texts owned by the cache
  std::vector<ast::File> trees_;
  std::vector<DiagnosticCollector> found_;
  std::vector<Entry> earlier_;
  std::vector<std::size_t> reused_;
  std::vector<std::uint32_t> to_parse_;
  std::atomic<std::size_t> next_{0};
};

void ParseCache::keep(std::vector<ast::File> trees) {
  std::size_t bytes = 0;
  for (std::size_t file = 0; file < trees.size() && file < lent_.size(); ++file) {
    bytes += lent_[file].text->size();
    if (lent_[file].keepable && bytes <= text_bytes_max_) {
      entries_.insert_or_assign(std::move(lent_[file].name),
                                Entry{std::move(lent_[file].text), std::move(trees[file])});
    }
  }
  lent_.clear();
}

std::vector<ast::File> parse_files(const SourceMap& sources, const Limits& limits,
                                   DiagnosticCollector& diagnostics, ParseCache* cache) {
  return FilesParser(sources, limits, diagnostics, cache).run();
}

}  // namespace gate::compiler
