#include "tests/exchanges/server_under_test.h"

#include <stdlib.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <gate/export.hpp>
#include <map>
#include <mutex>
#include <sstream>
#include <stdexcept>

#include "server/account/provision.h"
#include "server/app/front.h"
#include "server/crypto/aead.h"
#include "server/crypto/encoding.h"
#include "server/crypto/es256.h"
#include "server/crypto/hmac.h"
#include "server/factor/password.h"
#include "server/store/sqlite/sqlite_store.h"
#include "tests/exchanges/policies.h"

namespace exchanges {
namespace {

using namespace gate::server;  // NOLINT(google-build-using-namespace): made of the whole server
using gate::Error;
using gate::ErrorCode;
using gate::Result;

constexpr std::string_view kShop = "44444444-4444-4444-8444-444444444444";
constexpr std::string_view kClub = "88888888-8888-4888-8888-888888888888";
constexpr std::string_view kPassword = "correct horse battery staple";
constexpr Micros kStart = 1'800'000'000'000'000;

/// The signing key of every recorded token (PKCS#8). It is used only in tests.
constexpr std::string_view kSigningKey =
    "308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b020101042008153126f1e94a70ae3e"
    "61097dfe7c99a5b44c58c4c568eab2bad56953e9c40ea14403420004086361365b7757ebec1b263946c32e79744b"
    "06dad6f816f280141fd755ef969c7d39bc0ad88b7d64b9deaeadbf8eccf5564a2b0043704e733f48a911906da75f";

std::uint8_t nibble(char c) {
  return static_cast<std::uint8_t>(c <= '9' ? c - '0' : c - 'a' + 10);
}

Bytes from_hex(std::string_view text) {
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>((nibble(text[i]) << 4U) | nibble(text[i + 1])));
  }
  return bytes;
}

/// Returns the same bytes in every run. Each size has a stream of its own, so that a server that
/// generates its ids, nonces and keys in another order still gets the same values.
class RecordedRandom final : public Random {
 public:
  Result<void> fill(std::span<std::byte> out) override {
    const std::lock_guard lock(mutex_);
    if (broken_) {
      return Error{ErrorCode::kUnavailable, "no randomness"};
    }
    const std::string draw =
        std::to_string(out.size()) + "/" + std::to_string(drawn_[out.size()]++) + "/";
    for (std::size_t at = 0; at < out.size(); at += sizeof(Digest)) {
      const std::string block = draw + std::to_string(at);
      const Digest digest = sha256(as_bytes(block));
      const std::size_t size = std::min(sizeof(Digest), out.size() - at);
      std::copy_n(std::as_bytes(std::span(digest)).begin(), size, out.subspan(at).begin());
    }
    return {};
  }
  void set_broken(bool broken) {
    const std::lock_guard lock(mutex_);
    broken_ = broken;
  }

 private:
  std::mutex mutex_;
  std::map<std::size_t, std::uint64_t> drawn_;
  bool broken_ = false;
};

struct NamedSetting {
  std::string_view name;
  void (*set)(ServiceSettings&, std::int64_t);
};
constexpr NamedSetting kSettings[] = {
    {"resend_spacing",
     [](ServiceSettings& s, std::int64_t n) { s.resend_spacing = n * kMicrosPerSecond; }},
    {"sends_per_hour", [](ServiceSettings& s, std::int64_t n) { s.sends_per_hour = n; }},
    {"sends_per_day", [](ServiceSettings& s, std::int64_t n) { s.sends_per_day = n; }},
    {"tries_stop_at", [](ServiceSettings& s, std::int64_t n) { s.tries_stop_at = n; }},
    {"tries_delay_from", [](ServiceSettings& s, std::int64_t n) { s.tries_delay_from = n; }},
    {"password_tries", [](ServiceSettings& s, std::int64_t n) { s.password_tries = n; }},
    {"known_devices", [](ServiceSettings& s, std::int64_t n) { s.known_devices = n; }},
    {"known_device_tries", [](ServiceSettings& s, std::int64_t n) { s.known_device_tries = n; }},
    {"email_code_life",
     [](ServiceSettings& s, std::int64_t n) { s.email_code_life = n * kMicrosPerSecond; }},
    {"email_code_digits",
     [](ServiceSettings& s, std::int64_t n) { s.email_code_digits = static_cast<int>(n); }},
    {"sms_code_digits",
     [](ServiceSettings& s, std::int64_t n) { s.sms_code_digits = static_cast<int>(n); }},
    {"email_per_tenant", [](ServiceSettings& s, std::int64_t n) { s.email_per_tenant = {n, n}; }},
    {"email_per_client", [](ServiceSettings& s, std::int64_t n) { s.email_per_client = {n, n}; }},
    {"sms_per_prefix", [](ServiceSettings& s, std::int64_t n) { s.sms_per_prefix = {n, n}; }},
    {"sms_per_client", [](ServiceSettings& s, std::int64_t n) { s.sms_per_client = {n, n}; }},
    {"sms_per_tenant", [](ServiceSettings& s, std::int64_t n) { s.sms_per_tenant = {n, n}; }},
    {"sms_home_prefix",
     [](ServiceSettings& s, std::int64_t n) { s.sms_home_prefixes.push_back(std::to_string(n)); }},
};

ServiceSettings read_settings(std::string_view text) {
  ServiceSettings settings;
  settings.issuer_base_url = "https://id.bank.example";
  std::istringstream words{std::string(text)};
  for (std::string word; words >> word;) {
    const std::size_t equals = std::min(word.find('='), word.size() - 1);
    const auto named =
        std::find_if(std::begin(kSettings), std::end(kSettings), [&](const NamedSetting& setting) {
          return setting.name == std::string_view(word).substr(0, equals);
        });
    std::int64_t number = 0;
    const auto read = std::from_chars(word.data() + equals + 1, word.data() + word.size(), number);
    if (named == std::end(kSettings) || read.ec != std::errc{}) {
      throw std::runtime_error("there is no setting `" + word + "`");
    }
    named->set(settings, number);
  }
  if (!check(settings)) {
    throw std::runtime_error("the settings are out of their bounds");
  }
  return settings;
}

/// Hashing takes 40 ms, so all scenarios share one hash.
const std::string& shared_password_hash(const ServiceSecrets& secrets) {
  static const std::string kHash = [&] {
    RecordedRandom random;
    return std::move(PasswordHasher(secrets.password_pepper.clone(), random).hash(kPassword))
        .value();
  }();
  return kHash;
}

using Channels = std::vector<Provisioning::Channel>;

Provisioning::Channel mailbox(std::string address) {
  return {ChannelKind::kEmail, std::move(address), true, false};
}
Provisioning::Channel phone(std::string number) {
  return {ChannelKind::kSms, std::move(number), true, true};
}

/// The users and clients; README.md lists them.
Provisioning people(const std::string& password_hash) {
  const std::string bank(kBank);
  const std::string shop(kShop);
  Provisioning wanted;
  const std::string club(kClub);
  wanted.tenants = {{bank, "Bank", "bank.example"},
                    {shop, "Shop", "shop.example", {}, SignUpMode::kCode},
                    {club, "Club", "club.example", {}, SignUpMode::kPassword}};
  wanted.tenants[1].rules.answers = Answers::kCompatible;
  wanted.tenants[1].attributes = {
      {"displayName", AttributeType::kString, true, "", 64, {}},
      {"postalCode", AttributeType::kString, false, "[0-9]{4,5}", 16, {}}};
  const std::string payments(kRetailApp);
  wanted.resources = {{bank, "payments", payments, {"pay"}, {"c1", "c2"}},
                      {bank, "ledger", "api://ledger", {"read", "write"}, {"c1"}},
                      {bank, "statements", "api://statements", {"read"}, {}}};
  wanted.clients = {{bank,
                     std::string(kRetailApp),
                     "retail-app",
                     {"https://app.bank.example"},
                     false,
                     {payments + "/pay", "api://statements/read"}},
                    {bank,
                     "33333333-3333-4333-8333-333333333333",
                     "staff-portal",
                     {},
                     true,
                     {"api://ledger/read", "api://ledger/write"}},
                    {shop, "55555555-5555-4555-8555-555555555555", "shop-app", {}, false},
                    {club, "77777777-7777-4777-8777-777777777777", "club-app", {}, false}};
  const auto add = [&](const std::string& tenant, const std::string& name, bool password,
                       Channels channels) {
    Provisioning::User user;
    user.tenant_id = tenant;
    user.id = name + "-id";
    user.username = name + (tenant == bank   ? "@bank.example"
                            : tenant == shop ? "@shop.example"
                                             : "@club.example");
    user.display_name = name;
    user.password_hash = password ? password_hash : "";
    user.channels = std::move(channels);
    wanted.users.push_back(std::move(user));
  };
  add(bank, "amy", true, {mailbox("amy@bank.example"), phone("+15550100104")});
  add(bank, "ben", false, {mailbox("ben@bank.example")});
  add(bank, "carl", true, {});
  add(bank, "dora", false, {mailbox("dora@bank.example"), phone("+15550100105")});
  add(bank, "erin", false, {mailbox("erin@bank.example"), mailbox("erin@home.example")});
  add(bank, "finn", true, {mailbox("finn@home.example"), mailbox("finn@work.example")});
  add(bank, "gus", false, {phone("+15550100107")});
  add(bank, "hana", false, {mailbox("hana@home.example")});
  add(bank, "kim", true, {mailbox("kim@bank.example")});
  add(shop, "sue", true, {mailbox("sue@shop.example")});
  add(club, "una", true, {mailbox("una@club.example")});
  add(shop, "tom", false, {mailbox("tom@home.example")});
  return wanted;
}

ChannelKind kind_of(std::string_view channel) {
  if (channel != "email" && channel != "sms") {
    throw std::runtime_error("there is no channel `" + std::string(channel) + "`");
  }
  return channel == "email" ? ChannelKind::kEmail : ChannelKind::kSms;
}

void must(const Result<void>& done) {
  if (!done) {
    throw std::runtime_error(done.error().message);
  }
}

}  // namespace

struct ServerUnderTest::Impl {
  explicit Impl(ServiceSettings settings);
  ~Impl() {
    front.reset();
    keys.reset();
    store.reset();
    std::filesystem::remove_all(folder);
  }
  void put_signing_key();
  void provision(const Provisioning& wanted);
  Provisioning::User& user(std::string_view name);

  FakeClock clock{kStart};
  RecordedRandom random;
  ServiceSecrets secrets = std::move(ServiceSecrets::derive(Secret(Bytes(32, 42)))).value();
  Es256Key signing_key =
      std::move(Es256Key::from_private_der(ByteSpan(from_hex(kSigningKey)))).value();
  NamedPolicies policies;
  Provisioning known = people(shared_password_hash(secrets));
  std::filesystem::path folder;
  std::unique_ptr<SqliteStore> store;
  std::unique_ptr<SigningKeys> keys;
  AuditLog audit{"main", Secret(Bytes(32, 43))};
  PasswordRules password_rules;
  std::unique_ptr<Front> front;
};

ServerUnderTest::Impl::Impl(ServiceSettings settings) {
  // A memory file system if there is one: the exchanges need nothing durable.
  const std::filesystem::path memory = "/dev/shm";
  const std::filesystem::path parent =
      std::filesystem::exists(memory) ? memory : std::filesystem::temp_directory_path();
  std::string pattern = (parent / "gate-exchanges-XXXXXX").string();
  GATE_CHECK(::mkdtemp(pattern.data()) != nullptr, "no temporary folder");
  folder = pattern;
  store =
      std::move(SqliteStore::open((folder / "gate.db").string(), secrets.store_key.clone(), random))
          .value();
  provision(known);
  put_signing_key();
  keys =
      std::move(SigningKeys::open(*store, random, secrets.key_encryption_key.clone(), clock.now()))
          .value();
  front = std::make_unique<Front>(Front::Parts{.store = *store,
                                               .clock = clock,
                                               .random = random,
                                               .secrets = secrets,
                                               .keys = *keys,
                                               .decider = policies,
                                               .audit = audit,
                                               .password_rules = password_rules,
                                               .settings = std::move(settings)});
}

void ServerUnderTest::Impl::provision(const Provisioning& wanted) {
  must(store->write(
      [&](UnitOfWork& work) { return apply_provisioning(work, wanted, clock.now()); }));
}

/// Stored as the server would store it, so that the server loads this key and does not generate
/// one.
void ServerUnderTest::Impl::put_signing_key() {
  SigningKeyRecord record;
  record.kid = signing_key.jwk().kid;
  record.state = KeyState::kActive;
  record.created_at = clock.now();
  record.private_sealed = std::move(seal(random, secrets.key_encryption_key.bytes(),
                                         "signing key/" + record.kid, from_hex(kSigningKey)))
                              .value();
  must(store->write([&](UnitOfWork& work) { return work.put_signing_key(record); }));
}

Provisioning::User& ServerUnderTest::Impl::user(std::string_view name) {
  for (Provisioning::User& one : known.users) {
    if (one.display_name == name) {
      return one;
    }
  }
  throw std::runtime_error("there is no user `" + std::string(name) + "`");
}

ServerUnderTest::ServerUnderTest(std::string_view settings)
    : impl_(std::make_unique<Impl>(read_settings(settings))) {}

ServerUnderTest::~ServerUnderTest() = default;

HttpResponse ServerUnderTest::send(const HttpRequest& request) {
  return impl_->front->handle(request);
}

std::vector<std::string> ServerUnderTest::endpoints() const {
  return impl_->front->endpoints();
}

bool ServerUnderTest::is_signed(std::string_view message, ByteSpan signature) const {
  return impl_->signing_key.verify(message, signature);
}

void ServerUnderTest::advance(Micros by) {
  impl_->clock.advance(by);
}

void ServerUnderTest::set_policy(std::string_view name) {
  impl_->policies.set(name);
}

void ServerUnderTest::break_randomness(bool broken) {
  impl_->random.set_broken(broken);
}

std::vector<Message> ServerUnderTest::take_messages() {
  auto claimed = impl_->store->claim_outbox(impl_->clock.now(), 100);
  if (!claimed) {
    throw std::runtime_error(claimed.error().message);
  }
  std::vector<Message> messages;
  for (const OutboxMessage& message : *claimed) {
    must(impl_->store->finish_outbox(message.seq, DeliveryOutcome::kSent, 0));
    messages.push_back({message.kind == ChannelKind::kEmail ? "email" : "sms", message.to,
                        message.code, message.body});
  }
  return messages;
}

void ServerUnderTest::set_channel_blocked(std::string_view user, std::string_view channel,
                                          bool blocked) {
  const Provisioning::User& owner = impl_->user(user);
  const ChannelKind kind = kind_of(channel);
  must(impl_->store->write([&](UnitOfWork& work) -> Result<void> {
    GATE_TRY(const std::vector<Channel> channels, work.channels_of(owner.tenant_id, owner.id));
    for (const Channel& one : channels) {
      if (one.kind == kind) {
        GATE_TRY_VOID(work.set_channel_blocked(owner.tenant_id, owner.id, one.channel_id, blocked));
      }
    }
    return {};
  }));
}

void ServerUnderTest::revoke(std::string_view user) {
  const Provisioning::User& owner = impl_->user(user);
  must(impl_->store->write(
      [&](UnitOfWork& work) { return work.raise_epoch(owner.tenant_id, owner.id); }));
}

void ServerUnderTest::change_user(std::string_view user, std::string_view change) {
  Provisioning::User& changed = impl_->user(user);
  const std::size_t blank = std::min(change.find(' '), change.size());
  const std::string_view what = change.substr(0, blank);
  const std::string value(change.substr(std::min(blank + 1, change.size())));
  if (what == "disabled" || what == "enabled") {
    changed.enabled = what == "enabled";
  } else if (what == "password") {
    const PasswordHasher hasher(impl_->secrets.password_pepper.clone(), impl_->random);
    changed.password_hash = std::move(hasher.hash(value)).value();
  } else if (what == "role") {
    changed.roles.push_back(value);
  } else if (what == "phone") {
    changed.channels.push_back(phone(value));
  } else {
    throw std::runtime_error("there is no change `" + std::string(change) + "`");
  }
  Provisioning wanted;
  wanted.users = {changed};
  impl_->provision(wanted);
}

}  // namespace exchanges
