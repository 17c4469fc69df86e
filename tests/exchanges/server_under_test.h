#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/crypto/secret.h"
#include "server/http/message.h"
#include "server/ports/clock.h"

/// Replays recorded exchanges of the V1 wire; README.md says how they are written.
namespace exchanges {

inline constexpr std::string_view kBank = "11111111-1111-4111-8111-111111111111";
inline constexpr std::string_view kRetailApp = "22222222-2222-4222-8222-222222222222";

/// A message that the server queued.
struct Message {
  std::string channel;  ///< "email" or "sms"
  std::string to;
  std::string code;
  std::string text;
};

/// The server for the recorded requests, with a clock, randomness, a signing key and a policy that
/// the test controls. Only this class knows the parts of a server: to replay the exchanges against
/// another server, rewrite server_under_test.cpp.
class ServerUnderTest {
 public:
  /// `settings`: words like `resend_spacing=0` that change the default settings.
  explicit ServerUnderTest(std::string_view settings);
  ~ServerUnderTest();
  ServerUnderTest(const ServerUnderTest&) = delete;
  ServerUnderTest& operator=(const ServerUnderTest&) = delete;

  [[nodiscard]] gate::server::HttpResponse send(const gate::server::HttpRequest& request);
  /// What the server answers, as `POST /{tenant}/oauth2/v2.0/token`.
  [[nodiscard]] std::vector<std::string> endpoints() const;
  [[nodiscard]] bool is_signed(std::string_view message, gate::server::ByteSpan signature) const;

  // Events outside of the server. Each throws std::runtime_error for an unknown name.
  void advance(gate::server::Micros by);
  void set_policy(std::string_view name);
  void break_randomness(bool broken);
  /// Every message that was queued since the last call, oldest first.
  [[nodiscard]] std::vector<Message> take_messages();
  void set_channel_blocked(std::string_view user, std::string_view channel, bool blocked);
  /// Ends everything that the user holds.
  void revoke(std::string_view user);
  /// `disabled`, `enabled`, `password WORD`, `role WORD` or `phone NUMBER`.
  void change_user(std::string_view user, std::string_view change);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace exchanges
