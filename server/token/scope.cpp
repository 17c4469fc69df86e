#include "server/token/scope.h"

#include <algorithm>
#include <set>
#include <vector>

namespace gate::server {
namespace {

constexpr std::size_t kScopeBytesMax = 2048;
constexpr std::string_view kDefaultScope = "openid profile offline_access";

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) {
      words.push_back(text.substr(0, end));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

template <typename Words>
bool is_among(const Words& words, std::string_view word) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

void add(std::string& words, std::string_view word) {
  words += words.empty() ? "" : " ";
  words += word;
}

/// A scope of a resource. An audience may contain slashes and a name does not, so the last one is
/// the border.
struct ResourceScope {
  std::string_view audience;
  std::string_view name;
};

std::optional<ResourceScope> split(std::string_view word) {
  const std::size_t slash = word.rfind('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == word.size()) {
    return std::nullopt;
  }
  return ResourceScope{word.substr(0, slash), word.substr(slash + 1)};
}

/// The scopes that a grant names, read word by word.
class Grant {
 public:
  Grant(TenantReads& reads, const Client& client) : reads_(reads), client_(client) {}

  /// The fault of the word; nothing when it was added.
  [[nodiscard]] Result<std::optional<ScopeFault>> take(std::string_view word) {
    if (!is_among(kStandardScopes, word)) {
      // Looked for in the client's own list first, so that made-up audiences are not looked up.
      const std::optional<ResourceScope> scope = split(word);
      if (!scope || !is_among(client_.scopes, word)) {
        return std::optional(ScopeFault::kNotGranted);
      }
      GATE_TRY(const std::optional<ScopeFault> fault, take_resource(*scope));
      if (fault) {
        return fault;
      }
    }
    if (!is_among(seen_, word)) {
      seen_.push_back(word);
      add(made_.scope, word);
    }
    return std::optional<ScopeFault>();
  }

  [[nodiscard]] ScopeGrant made() && { return std::move(made_); }

 private:
  [[nodiscard]] Result<std::optional<ScopeFault>> take_resource(const ResourceScope& scope) {
    const bool known = named_ && made_.resource.audience == scope.audience;
    if (!known && named_) {
      return std::optional(ScopeFault::kTwoResources);
    }
    if (!known) {
      GATE_TRY(std::optional<Resource> found,
               reads_.find_resource(client_.tenant_id, scope.audience));
      if (!found || !found->offers(scope.name)) {
        return std::optional(ScopeFault::kNotGranted);
      }
      made_.resource = std::move(*found);
      named_ = true;
    }
    return made_.resource.offers(scope.name) ? std::optional<ScopeFault>()
                                             : std::optional(ScopeFault::kNotGranted);
  }

  TenantReads& reads_;
  const Client& client_;
  ScopeGrant made_;
  bool named_ = false;
  std::vector<std::string_view> seen_;
};

}  // namespace

Result<std::variant<ScopeGrant, ScopeFault>> grant_scope(TenantReads& reads, const Client& client,
                                                         std::string_view asked) {
  using Answer = std::variant<ScopeGrant, ScopeFault>;
  if (asked.size() > kScopeBytesMax) {
    return Answer(ScopeFault::kNotGranted);
  }
  std::vector<std::string_view> words = words_of(asked);
  if (words.empty()) {
    words = words_of(kDefaultScope);
  }
  Grant grant(reads, client);
  for (const std::string_view word : words) {
    GATE_TRY(const std::optional<ScopeFault> fault, grant.take(word));
    if (fault) {
      return Answer(*fault);
    }
  }
  return Answer(std::move(grant).made());
}

Result<ScopeGrant> still_granted(TenantReads& reads, const Client& client,
                                 std::string_view granted) {
  Grant grant(reads, client);
  for (const std::string_view word : words_of(granted)) {
    GATE_TRY_VOID(grant.take(word));  // a word with a fault is left out
  }
  return std::move(grant).made();
}

bool is_within_scope(std::string_view asked, std::string_view granted) {
  const std::vector<std::string_view> all = words_of(granted);
  const std::vector<std::string_view> words = words_of(asked);
  return std::all_of(words.begin(), words.end(),
                     [&all](std::string_view word) { return is_among(all, word); });
}

ResourceScopes scopes_of(const Resource& resource, std::string_view granted) {
  ResourceScopes scopes;
  for (const std::string_view word : words_of(granted)) {
    if (is_among(kStandardScopes, word)) {
      if (resource.audience == kDirectoryResource) {
        add(scopes.names, word);
        add(scopes.words, word);
      }
    } else if (const auto scope = split(word); scope && scope->audience == resource.audience) {
      add(scopes.names, scope->name);
      add(scopes.words, word);
    }
  }
  return scopes;
}

std::set<std::string> audiences_of(const Client& client) {
  std::set<std::string> audiences;
  for (const std::string& word : client.scopes) {
    if (const std::optional<ResourceScope> scope = split(word)) {
      audiences.emplace(scope->audience);
    }
  }
  return audiences;
}

}  // namespace gate::server
