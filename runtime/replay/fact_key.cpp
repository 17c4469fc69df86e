#include "runtime/replay/fact_key.h"

#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

namespace gate::replay {
namespace {

/// What a request says beside its texts and lists. Plain bytes, all of them set.
struct Plain {
  std::int64_t session_age_s = 0;
  std::int64_t now_s = 0;
  std::int64_t first_seen_s = 0;
  std::uint8_t present = 0;  ///< bits 0, 1, 2: the three above
  std::uint8_t flow = 0;
  std::uint8_t user_kind = 0;
  std::uint8_t target_kind = 0;
  std::uint8_t client = 0;
  std::uint8_t platform = 0;
  std::uint8_t sign_in_risk = 0;
  std::uint8_t user_risk = 0;
  std::uint8_t service_principal_risk = 0;
  std::uint8_t insider_risk = 0;
  std::uint8_t transfer_method = 0;
  std::uint8_t original_transfer_method = 0;
  std::uint8_t registered = 0;
  std::uint8_t reported_lost = 0;
  std::uint8_t compliant = 0;
  std::uint8_t managed = 0;
  std::uint8_t trust = 0;
  std::uint8_t ownership = 0;
  std::uint8_t unused[6] = {};
};
static_assert(std::has_unique_object_representations_v<Plain>, "padding would make keys differ");

class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}
  template <typename T>
  void plain(const T& value) {
    static_assert(std::has_unique_object_representations_v<T>);
    out_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void count(std::size_t n) { plain(static_cast<std::uint32_t>(n)); }
  void text(std::string_view text) {
    count(text.size());
    out_.append(text);
  }
  void texts(std::span<const std::string_view> texts) {
    count(texts.size());
    for (const std::string_view each : texts) {
      text(each);
    }
  }

 private:
  std::string& out_;
};

class Reader {
 public:
  explicit Reader(std::string_view& from) : from_(from) {}
  template <typename T>
  T plain() {
    T value;
    std::memcpy(&value, from_.data(), sizeof value);
    from_.remove_prefix(sizeof value);
    return value;
  }
  std::size_t count() { return plain<std::uint32_t>(); }
  std::string_view text() {
    const std::size_t size = count();
    const std::string_view text = from_.substr(0, size);
    from_.remove_prefix(size);
    return text;
  }

 private:
  std::string_view& from_;
};

template <typename E>
std::uint8_t byte(E value) {
  return static_cast<std::uint8_t>(value);
}

Plain plain_of(const SignInRequest& r, bool with_time) {
  Plain p;
  const bool now = with_time && r.now_unix_s.has_value();
  p.session_age_s = r.session_age_s.value_or(0);
  p.now_s = now ? *r.now_unix_s : 0;
  p.first_seen_s = r.device.first_seen_s.value_or(0);
  p.present = static_cast<std::uint8_t>((r.session_age_s ? 1 : 0) | (now ? 2 : 0) |
                                        (r.device.first_seen_s ? 4 : 0));
  p.flow = byte(r.flow);
  p.user_kind = byte(r.user_kind);
  p.target_kind = byte(r.target_kind);
  p.client = byte(r.client);
  p.platform = byte(r.platform);
  p.sign_in_risk = byte(r.sign_in_risk);
  p.user_risk = byte(r.user_risk);
  p.service_principal_risk = byte(r.service_principal_risk);
  p.insider_risk = byte(r.insider_risk);
  p.transfer_method = byte(r.transfer_method);
  p.original_transfer_method = byte(r.original_transfer_method);
  p.registered = byte(r.device.registered);
  p.reported_lost = byte(r.device.reported_lost);
  p.compliant = byte(r.device.compliant);
  p.managed = byte(r.device.managed);
  p.trust = byte(r.device.trust);
  p.ownership = byte(r.device.ownership);
  return p;
}

void take_plain(const Plain& p, SignInRequest& r) {
  r.session_age_s = (p.present & 1) != 0 ? std::optional(p.session_age_s) : std::nullopt;
  r.now_unix_s = (p.present & 2) != 0 ? std::optional(p.now_s) : std::nullopt;
  r.device.first_seen_s = (p.present & 4) != 0 ? std::optional(p.first_seen_s) : std::nullopt;
  r.flow = static_cast<Flow>(p.flow);
  r.user_kind = static_cast<UserKind>(p.user_kind);
  r.target_kind = static_cast<TargetKind>(p.target_kind);
  r.client = static_cast<ClientApp>(p.client);
  r.platform = static_cast<Platform>(p.platform);
  r.sign_in_risk = static_cast<Risk>(p.sign_in_risk);
  r.user_risk = static_cast<Risk>(p.user_risk);
  r.service_principal_risk = static_cast<Risk>(p.service_principal_risk);
  r.insider_risk = static_cast<InsiderRisk>(p.insider_risk);
  r.transfer_method = static_cast<TransferMethod>(p.transfer_method);
  r.original_transfer_method = static_cast<TransferMethod>(p.original_transfer_method);
  r.device.registered = p.registered != 0;
  r.device.reported_lost = p.reported_lost != 0;
  r.device.compliant = static_cast<Tristate>(p.compliant);
  r.device.managed = static_cast<Tristate>(p.managed);
  r.device.trust = static_cast<DeviceTrust>(p.trust);
  r.device.ownership = static_cast<DeviceOwnership>(p.ownership);
}

}  // namespace

void append_key(const SignInRequest& r, bool with_time, std::string& key) {
  Writer out(key);
  out.plain(plain_of(r, with_time));
  for (const std::string_view text : {r.user, r.external_tenant, r.target, r.ip, r.country}) {
    out.text(text);
  }
  out.texts(r.groups);
  out.texts(r.roles);
  out.texts(r.app_groups);
  out.count(r.completed.size());
  for (const CompletedMethod& each : r.completed) {
    out.plain(byte(each.method));
    out.plain(each.age_s);
  }
  out.count(r.satisfied.size());
  for (const SatisfiedControl& each : r.satisfied) {
    out.plain(byte(each.kind));
    out.text(each.name);
  }
  out.count(r.strings.size());
  for (const StringFact& each : r.strings) {
    out.text(each.name);
    out.text(each.value);
  }
  out.count(r.lists.size());
  for (const ListFact& each : r.lists) {
    out.text(each.name);
    out.texts(each.values);
  }
  out.count(r.signals.size());
  for (const SignalFact& each : r.signals) {
    out.text(each.name);
    out.plain(static_cast<std::uint8_t>(each.value.index()));
    if (const auto* number = std::get_if<std::int64_t>(&each.value)) {
      out.plain(*number);
    } else if (const auto* yes = std::get_if<bool>(&each.value)) {
      out.plain(byte(*yes));
    } else {
      out.text(std::get<std::string_view>(each.value));
    }
  }
}

std::string_view user_of_key(std::string_view key) {
  Reader in(key);
  (void)in.plain<Plain>();
  return in.text();
}

const SignInRequest& KeyedRequest::read(std::string_view& key) {
  Reader in(key);
  SignInRequest& r = request_;
  take_plain(in.plain<Plain>(), r);
  for (std::string_view* text : {&r.user, &r.external_tenant, &r.target, &r.ip, &r.country}) {
    *text = in.text();
  }
  texts_.clear();
  std::size_t ends[3] = {};
  for (std::size_t& end : ends) {
    for (std::size_t n = in.count(); n > 0; --n) {
      texts_.push_back(in.text());
    }
    end = texts_.size();
  }
  const std::span<const std::string_view> texts(texts_);
  r.groups = texts.subspan(0, ends[0]);
  r.roles = texts.subspan(ends[0], ends[1] - ends[0]);
  r.app_groups = texts.subspan(ends[1]);
  completed_.clear();
  for (std::size_t n = in.count(); n > 0; --n) {
    const auto method = static_cast<Method>(in.plain<std::uint8_t>());
    completed_.push_back({method, in.plain<std::uint32_t>()});
  }
  satisfied_.clear();
  for (std::size_t n = in.count(); n > 0; --n) {
    const auto kind = static_cast<ControlKind>(in.plain<std::uint8_t>());
    satisfied_.push_back({kind, in.text()});
  }
  strings_.clear();
  for (std::size_t n = in.count(); n > 0; --n) {
    const std::string_view name = in.text();
    strings_.push_back({name, in.text()});
  }
  lists_.clear();
  list_values_.clear();
  std::vector<std::size_t> list_ends;
  for (std::size_t n = in.count(); n > 0; --n) {
    lists_.push_back({in.text(), {}});
    for (std::size_t values = in.count(); values > 0; --values) {
      list_values_.push_back(in.text());
    }
    list_ends.push_back(list_values_.size());
  }
  for (std::size_t i = 0; i < lists_.size(); ++i) {
    const std::size_t begin = i == 0 ? 0 : list_ends[i - 1];
    lists_[i].values = std::span(list_values_).subspan(begin, list_ends[i] - begin);
  }
  signals_.clear();
  for (std::size_t n = in.count(); n > 0; --n) {
    SignalFact& signal = signals_.emplace_back();
    signal.name = in.text();
    switch (in.plain<std::uint8_t>()) {
      case 0:
        signal.value = in.plain<std::int64_t>();
        break;
      case 1:
        signal.value = in.plain<std::uint8_t>() != 0;
        break;
      default:
        signal.value = in.text();
        break;
    }
  }
  r.completed = completed_;
  r.satisfied = satisfied_;
  r.strings = strings_;
  r.lists = lists_;
  r.signals = signals_;
  return r;
}

}  // namespace gate::replay
