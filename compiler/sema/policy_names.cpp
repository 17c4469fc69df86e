#include "compiler/sema/policy_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "compiler/diagnostics/suggest.h"

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

}  // namespace

void PolicyNames::add(std::string_view name, Span span, const std::optional<OwnId>& id,
                      DiagnosticCollector& diagnostics) {
  Policy policy;
  bool fresh = false;
  std::tie(policy.name, fresh) = names_.add(name);
  if (fresh) {
    name_spans_.push_back(span);
  } else {
    diagnostics.report<Code::kDuplicateName>(span, "policy", name)
        .related(name_spans_[policy.name], "the first one");
  }
  if (!id) {
    std::tie(policy.derived_id, fresh) = derived_ids_.add(slug(name));
    wanted_.resize(derived_ids_.size(), 0);
    ++wanted_[policy.derived_id];
  } else {
    if (id->text.empty()) {
      diagnostics.report<Code::kWrongValue>(id->span, "`id`", "some text", "an empty text");
    }
    std::tie(policy.own_id, fresh) = own_ids_.add(id->text);
    if (fresh) {
      own_id_spans_.push_back(id->span);
    } else {
      diagnostics.report<Code::kDuplicateId>(id->span, id->text)
          .related(own_id_spans_[policy.own_id], "the first one");
    }
  }
  policies_.push_back(policy);
}

std::string PolicyNames::id(std::size_t index) const {
  const Policy& policy = policies_[index];
  if (policy.own_id != StringTable::kNone) {
    return std::string(own_ids_.text(policy.own_id));
  }
  std::string id(derived_ids_.text(policy.derived_id));
  if (wanted_[policy.derived_id] > 1 || own_ids_.find(id) != StringTable::kNone) {
    id += fmt::format("-{:08x}", hash_of(names_.text(policy.name)));
  }
  return id;
}

std::string PolicyNames::nearest_to(std::string_view wrong) const {
  std::vector<std::string_view> names;
  names.reserve(names_.size());
  for (std::uint32_t i = 0; i < names_.size(); ++i) {
    names.push_back(names_.text(i));
  }
  std::ranges::sort(names);
  return std::string(nearest(wrong, names));
}

}  // namespace gate::compiler::sema
