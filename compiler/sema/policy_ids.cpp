#include "compiler/sema/policy_ids.h"

#include <fmt/format.h>

#include <cstdint>

namespace gate::compiler::sema {
namespace {

constexpr std::size_t kSlugBytesMax = 80;

std::string slug(std::string_view name) {
  std::string out;
  for (const char c : name) {
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if ((lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9')) {
      out += lower;
    } else if (!out.empty() && out.back() != '-') {
      out += '-';
    }
    if (out.size() >= kSlugBytesMax) {
      break;
    }
  }
  while (out.ends_with('-')) {
    out.pop_back();
  }
  return out.empty() ? "policy" : out;
}

/// FNV-1a: tells names apart that look the same as ids.
std::uint32_t hash_of(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  }
  return hash;
}

template <typename F>
void for_each_policy(std::span<const ast::File> files, F f) {
  for (const ast::File& file : files) {
    for (const ast::Declaration& declaration : file.declarations) {
      if (const auto* policy = std::get_if<ast::Policy>(&declaration.node)) {
        f(*policy);
      }
    }
  }
}

}  // namespace

std::unordered_map<const ast::Policy*, std::string> policy_ids(std::span<const ast::File> files,
                                                               DiagnosticCollector& diagnostics) {
  std::unordered_map<const ast::Policy*, std::string> out;
  std::unordered_map<std::string, std::size_t> wanted;  // how many would get this derived id
  std::unordered_map<std::string_view, Span> own;
  for_each_policy(files, [&](const ast::Policy& policy) {
    if (!policy.id) {
      ++wanted[slug(policy.name.value)];
      return;
    }
    const ast::Text& id = policy.id->content;
    if (id.value.empty()) {
      diagnostics.report<Code::kWrongValue>(id.span, "`id`", "some text", "an empty text");
    }
    const auto [it, fresh] = own.try_emplace(id.value, id.span);
    if (!fresh) {
      diagnostics.report<Code::kDuplicateId>(id.span, id.value)
          .related(it->second, "the first one");
    }
    out.emplace(&policy, id.value);
  });
  for_each_policy(files, [&](const ast::Policy& policy) {
    if (!policy.id) {
      std::string id = slug(policy.name.value);
      if (wanted[id] > 1 || own.contains(id)) {
        id += fmt::format("-{:08x}", hash_of(policy.name.value));
      }
      out.emplace(&policy, std::move(id));
    }
  });
  return out;
}

}  // namespace gate::compiler::sema
