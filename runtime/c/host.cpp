#include <chrono>
#include <gate/policy_file.hpp>

#include "runtime/c/border.h"
#include "runtime/c/load_options.h"

using namespace gate::c;

namespace {

/// The host's limits; false if one is out of range.
bool read_limits(const gate_host_limits* from, gate::PolicyHost::Limits& out) noexcept {
  gate_host_limits c = gate_host_limits_new();
  if (from != nullptr && !read_struct(from, c)) {
    return false;
  }
  constexpr std::size_t kThreadsMax = 64;
  const auto take = [](std::size_t value, std::size_t& to) { to = value == 0 ? to : value; };
  take(c.warm_bytes_max, out.warm_bytes_max);
  take(c.set_bytes_max, out.set_bytes_max);
  take(c.file_bytes_max, out.file_bytes_max);
  take(c.tenants_max, out.tenants_max);
  take(c.queue_max, out.queue_max);
  take(c.waiting_max, out.waiting_max);
  take(c.builder_threads, out.builder_threads);
  return out.builder_threads <= kThreadsMax;
}

}  // namespace

extern "C" {

gate_status gate_host_new(const gate_host_limits* limits, const gate_load_options* options,
                          gate_host** host, gate_error** error) {
  return guarded(error, [&] {
    if (host != nullptr) {
      *host = nullptr;
    }
    gate::PolicyHost::Limits read;
    if (host == nullptr || !read_limits(limits, read)) {
      return fail(error, GATE_INVALID_ARGUMENT,
                  "gate_host_new: NULL, or gate_host_limits of wrong size or out of range");
    }
    auto load_options = read_load_options(options);
    if (!load_options) {
      return fail(error, load_options.error());
    }
    *host = new gate_host{gate::PolicyHost(read, [load = *load_options](std::string_view file) {
      return gate::load_policy_set(file, load);
    })};
    return gate_status{GATE_OK};
  });
}
void gate_host_free(gate_host* host) {
  delete host;
}

gate_status gate_host_put(gate_host* host, gate_str tenant, const void* bytes, size_t size,
                          gate_error** error) {
  return guarded(error, [&] {
    if (host == nullptr || !is_text(tenant) || (bytes == nullptr && size != 0)) {
      return fail(error, GATE_INVALID_ARGUMENT, "gate_host_put: NULL");
    }
    std::string file;
    if (size != 0) {
      file.assign(static_cast<const char*>(bytes), size);
    }
    const auto put = host->host.put(to_view(tenant), std::move(file));
    return put ? gate_status{GATE_OK} : fail(error, put.error());
  });
}
gate_status gate_host_remove(gate_host* host, gate_str tenant) {
  return guarded(nullptr, [&] {
    if (host == nullptr || !is_text(tenant)) {
      return gate_status{GATE_INVALID_ARGUMENT};
    }
    return gate_status{host->host.remove(to_view(tenant)) ? GATE_OK : GATE_NOT_FOUND};
  });
}

gate_status gate_host_get(gate_host* host, gate_str tenant, uint32_t wait_milliseconds,
                          gate_policy_set** set, gate_error** error) {
  return guarded(error, [&] {
    if (set != nullptr) {
      *set = nullptr;
    }
    if (host == nullptr || set == nullptr || !is_text(tenant)) {
      return fail(error, GATE_INVALID_ARGUMENT, "gate_host_get: NULL");
    }
    auto found = host->host.get(to_view(tenant), std::chrono::milliseconds(wait_milliseconds));
    if (!found) {
      return fail(error, found.error());
    }
    *set = new gate_policy_set{std::move(*found)};
    return gate_status{GATE_OK};
  });
}

gate_status gate_host_count(const gate_host* host, gate_host_counts* counts) {
  return guarded(nullptr, [&] {
    gate_host_counts c = gate_host_counts_new();
    if (host != nullptr) {
      const gate::PolicyHost::Counts now = host->host.counts();
      c.tenants = now.tenants;
      c.warm = now.warm;
      c.warm_bytes = now.warm_bytes;
      c.cold_bytes = now.cold_bytes;
      c.queued = now.queued;
      c.hits = now.hits;
      c.builds = now.builds;
      c.failures = now.failures;
      c.evictions = now.evictions;
      c.refused = now.refused;
    }
    const bool written = write_struct(c, counts);
    return gate_status{host != nullptr && written ? GATE_OK : GATE_INVALID_ARGUMENT};
  });
}
}
