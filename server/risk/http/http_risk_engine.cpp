#include "server/risk/http/http_risk_engine.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <mutex>
#include <vector>

#include "server/curl/curl_session.h"
#include "server/log/log.h"

namespace gate::server {
namespace {

constexpr std::size_t kAnswerBytesMax = 4096;
constexpr long kOk = 200;

std::size_t append(char* bytes, std::size_t size, std::size_t count, void* context) {
  auto& answer = *static_cast<std::string*>(context);
  const std::size_t more = size * count;
  if (answer.size() + more > kAnswerBytesMax) {
    return 0;
  }
  answer.append(bytes, more);
  return more;
}

std::string_view word(DeviceKnowledge device) {
  switch (device) {
    case DeviceKnowledge::kKnown:
      return "known";
    case DeviceKnowledge::kUnknown:
      return "unknown";
    case DeviceKnowledge::kNotAsked:
      return "not_asked";
  }
  return {};
}

std::string body_of(const RiskQuestion& question) {
  boost::json::object body;
  body["tenant"] = question.tenant_id;
  body["user"] = question.user_id;
  body["client"] = question.client_id;
  body["ip"] = question.ip;
  body["country"] = question.country;
  if (question.platform != Platform::kUnknown) {
    body["platform"] = name(question.platform);
  }
  body["flow"] = name(question.flow);
  body["device"] = word(question.device);
  body["at"] = question.now / kMicrosPerSecond;
  return boost::json::serialize(body);
}

/// The level in an answer; absent: it has none, or one that policies do not know.
std::optional<Risk> level_in(const std::string& answer) {
  boost::system::error_code error;
  const boost::json::value parsed = boost::json::parse(answer, error);
  const boost::json::value* level =
      error || !parsed.is_object() ? nullptr : parsed.get_object().if_contains("sign_in_risk");
  if (level == nullptr || !level->is_string()) {
    return std::nullopt;
  }
  const boost::json::string& text = level->get_string();
  return parse_risk(std::string_view(text.data(), text.size()));
}

}  // namespace

struct HttpRiskEngine::State {
  State(HttpRiskEngineSettings s, const Clock& c, Logger& l)
      : settings(std::move(s)), clock(c), log(l) {}

  /// False while the engine is left alone. When the rest is over, one call goes ahead of the
  /// others.
  bool may_ask() {
    const std::scoped_lock lock(mutex);
    if (failures < kEngineFailuresMax) {
      return true;
    }
    const Micros now = clock.now();
    if (now < rests_until) {
      return false;
    }
    rests_until = now + kEngineRest;
    return true;
  }

  void note(bool answered, const std::string& why) {
    bool begins_to_rest = false;
    {
      const std::scoped_lock lock(mutex);
      failures = answered ? 0 : failures + 1;
      if (failures == kEngineFailuresMax) {
        rests_until = clock.now() + kEngineRest;
        begins_to_rest = true;
      }
    }
    if (begins_to_rest) {
      log.error("risk_engine_fails", {{"error", why}, {"in_a_row", kEngineFailuresMax}});
    } else if (!answered) {
      log.warning("risk_engine_failed", {{"error", why}});
    }
  }

  std::optional<CurlSession> take_session() {
    {
      const std::scoped_lock lock(mutex);
      if (!idle.empty()) {
        CurlSession session = std::move(idle.back());
        idle.pop_back();
        return session;
      }
    }
    auto made = CurlSession::create();
    return made ? std::optional(std::move(*made)) : std::nullopt;
  }

  void give_back(CurlSession session) {
    const std::scoped_lock lock(mutex);
    idle.push_back(std::move(session));
  }

  /// The body of the answer with status 200, or an error.
  Result<std::string> post(CurlSession& session, const std::string& body) {
    std::string answer;
    CurlList headers;
    headers.add("Content-Type: application/json");
    headers.add("Expect:");
    session.begin(settings.deadline_ms, settings.deadline_ms);
    CURL* handle = session.handle();
    curl_easy_setopt(handle, CURLOPT_URL, settings.url.c_str());
    curl_easy_setopt(handle, CURLOPT_PROXY, "");
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(handle, CURLOPT_POSTFIELDS, body.c_str());
    curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, append);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &answer);
    if (!settings.ca_file.empty()) {
      curl_easy_setopt(handle, CURLOPT_CAINFO, settings.ca_file.c_str());
    }
    const ByteSpan bytes = settings.token.bytes();
    std::string token(bytes.begin(), bytes.end());
    if (!token.empty()) {
      curl_easy_setopt(handle, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BEARER));
      curl_easy_setopt(handle, CURLOPT_XOAUTH2_BEARER, token.c_str());
    }
    const CURLcode code = session.perform();
    wipe(token);
    if (code != CURLE_OK) {
      return Error{ErrorCode::kUnavailable, session.failure(code)};
    }
    if (session.response_code() != kOk) {
      return Error{ErrorCode::kUnavailable, "status " + std::to_string(session.response_code())};
    }
    return answer;
  }

  const HttpRiskEngineSettings settings;
  const Clock& clock;
  Logger& log;
  std::mutex mutex;
  std::vector<CurlSession> idle;  ///< at most one for each thread that ever asked
  int failures = 0;               ///< in a row
  Micros rests_until = 0;
};

HttpRiskEngine::HttpRiskEngine(HttpRiskEngineSettings settings, const Clock& clock, Logger& log)
    : state_(std::make_unique<State>(std::move(settings), clock, log)) {}
HttpRiskEngine::~HttpRiskEngine() = default;

std::optional<Risk> HttpRiskEngine::assess(const RiskQuestion& question) const {
  if (!state_->may_ask()) {
    return std::nullopt;
  }
  std::optional<CurlSession> session = state_->take_session();
  if (!session) {
    state_->note(false, "libcurl could not be initialised");
    return std::nullopt;
  }
  const Result<std::string> answer = state_->post(*session, body_of(question));
  state_->give_back(std::move(*session));
  const std::optional<Risk> level = answer ? level_in(*answer) : std::nullopt;
  state_->note(level.has_value(),
               answer ? "the answer has no `sign_in_risk`" : answer.error().message);
  return level;
}

}  // namespace gate::server
