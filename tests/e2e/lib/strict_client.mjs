// The Native Authentication API as MSAL for iOS and Android read it. Every answer has to satisfy both decoders, which are stricter
// than MSAL JS: a member that is missing, of another type or blank makes the whole answer an unexpected one. Each demand names its
// section of docs/reference/native-auth-api.md.
import { randomUUID } from "node:crypto";
import { CLIENT, SCOPES, TENANT } from "./server.mjs";

/** An answer that a mobile SDK does not understand. */
export class Undecodable extends Error {}

const isText = (v) => typeof v === "string";
const isFilled = (v) => isText(v) && v.trim() !== "";
const isCount = (v) => Number.isInteger(v) && v > 0;
const isOneOf = (...values) => (v) => values.includes(v);
/** iOS compares without regard to case. */
const isChannel = (v) => isText(v) && ["email", "sms"].includes(v.toLowerCase());
const isListOf = (members) => (v) => Array.isArray(v) && v.length > 0 && v.every((entry) => fits(entry, members));
const isJwt = (v) => isText(v) && v.split(".").length === 3 && isObject(parsed(v.split(".")[1]));
const isClientInfo = (v) => isText(v) && fits(parsed(v), { uid: isFilled, utid: isFilled });
const isObject = (v) => typeof v === "object" && v !== null && !Array.isArray(v);
const fits = (object, members) => isObject(object) && Object.entries(members).every(([name, check]) => check(object[name]));
const optional = (check) => (v) => v === undefined || check(v);

function parsed(base64url) {
  try {
    return JSON.parse(Buffer.from(base64url, "base64url"));
  } catch {
    return undefined;
  }
}

/** What the decoders demand of each kind of answer, member by member. */
export const ANSWERS = {
  flow: { section: "4.1", members: { continuation_token: isFilled } },
  password: { section: "4.2", members: { continuation_token: isFilled, challenge_type: isOneOf("password") } },
  code: {
    section: "4.2",
    members: { continuation_token: isFilled, challenge_type: isOneOf("oob"), challenge_channel: isChannel, challenge_target_label: isFilled, code_length: isCount },
  },
  tokens: {
    section: "4.3",
    members: { token_type: isOneOf("Bearer"), access_token: isFilled, id_token: isJwt, expires_in: isCount, scope: isFilled, client_info: isClientInfo, refresh_token: isFilled },
  },
  methods: {
    section: "4.4",
    members: {
      continuation_token: isFilled,
      // A challenge_type that iOS does not know makes it refuse the answer; Android wants a hint, which may be empty; both want one
      // method at least.
      methods: isListOf({ id: isFilled, challenge_type: isOneOf("oob", "password", "redirect"), challenge_channel: isChannel, login_hint: isText }),
    },
  },
  // Android wants target, channel and length of `preverified` as well.
  registration: {
    section: "5",
    members: { continuation_token: isFilled, challenge_type: isOneOf("oob", "preverified"), challenge_target: isFilled, challenge_channel: isChannel, code_length: isCount },
  },
  proven: { section: "6.4", members: { continuation_token: isFilled, expires_in: isCount } },
  submitted: { section: "6.4", members: { continuation_token: isFilled, poll_interval: isCount } },
  polled: { section: "6.4", members: { status: isOneOf("succeeded", "in_progress", "not_started", "failed"), continuation_token: optional(isText) } },
  redirect: { section: "11.7", members: { challenge_type: isOneOf("redirect"), redirect_reason: optional(isFilled) } },
  error: {
    section: "3",
    members: {
      error: isFilled, error_description: isFilled, error_codes: (v) => Array.isArray(v) && v.length > 0 && v.every(Number.isInteger),
      suberror: optional(isFilled), timestamp: optional(isText), trace_id: optional(isText), correlation_id: optional(isText),
      continuation_token: optional(isFilled), error_uri: optional(isText),
      required_attributes: optional(isListOf({ name: isFilled, type: isFilled, required: (v) => typeof v === "boolean", options: optional((o) => fits(o, { regex: optional(isText) })) })),
      invalid_attributes: optional(isListOf({ name: isFilled })),
    },
  },
};

/** The kind of a good answer of each endpoint. */
const ENDPOINTS = {
  "/oauth2/v2.0/initiate": () => "flow",
  "/oauth2/v2.0/challenge": challengeKind,
  "/oauth2/v2.0/token": () => "tokens",
  "/oauth2/v2.0/introspect": () => "methods",
  "/register/v1.0/introspect": () => "methods",
  "/register/v1.0/challenge": () => "registration",
  "/register/v1.0/continue": () => "flow",
  "/signup/v1.0/start": () => "flow",
  "/signup/v1.0/challenge": challengeKind,
  "/signup/v1.0/continue": () => "flow",
  "/resetpassword/v1.0/start": () => "flow",
  "/resetpassword/v1.0/challenge": () => "code",
  "/resetpassword/v1.0/continue": () => "proven",
  "/resetpassword/v1.0/submit": () => "submitted",
  "/resetpassword/v1.0/poll_completion": () => "polled",
};
export const PATHS = Object.keys(ENDPOINTS);
function challengeKind(body) { return body.challenge_type === "password" ? "password" : "code"; }

/** Throws Undecodable where the SDKs report an unexpected answer. Gives `{ kind, body }`; an error has a `reaction` too. */
export function decode(path, status, body) {
  const where = `${path}, status ${status}`;
  if (!isObject(body)) throw new Undecodable(`${where}: not a JSON object (1)`);
  // Android maps 200 and 400 alone.
  if (status !== 200 && status !== 400) throw new Undecodable(`${where}: neither 200 nor 400 (1)`);
  const kind = status === 400 ? "error" : body.challenge_type === "redirect" ? "redirect" : ENDPOINTS[path](body);
  const { section, members } = ANSWERS[kind];
  for (const [name, check] of Object.entries(members)) {
    if (!check(body[name])) throw new Undecodable(`${where}: \`${name}\` of ${JSON.stringify(body)} (native-auth-api ${section})`);
  }
  return kind === "error" ? { kind, body, reaction: reactionTo(path, body) } : { kind, body };
}

const PASSWORD_FAULTS = ["password_too_weak", "password_too_short", "password_too_long", "password_recently_used", "password_banned", "password_is_invalid"];

/** What the SDKs make of an error (native-auth-api 3.1). Of the codes they look at the first alone. */
function reactionTo(path, { error, suberror, error_codes: [code], error_description: text, continuation_token, required_attributes, invalid_attributes }) {
  const needs = (present, reaction) => {
    if (!present) throw new Undecodable(`${path}: ${reaction} without its member (native-auth-api 3.1)`);
    return reaction;
  };
  switch (error) {
    case "user_not_found": return "user not found";
    case "user_already_exists": return "user already exists";
    case "expired_token": return "start over";
    case "unsupported_challenge_type": return "unsupported challenge type";
    case "unsupported_auth_method":
    case "auth_not_supported": return "authentication method not supported";
    case "unauthorized_client": return "unauthorized client";
    case "invalid_scope": return "invalid scope";
    case "verification_required": throw new Undecodable(`${path}: verification_required is unexpected (native-auth-api 3.1)`);
    case "credential_required": return needs(isFilled(continuation_token), "password required");
    case "attributes_required": return needs(isFilled(continuation_token) && required_attributes, "attributes required");
    case "access_denied": return suberror === "provider_blocked_by_rep" ? "method blocked" : "general";
    case "invalid_grant":
      if (suberror === "mfa_required") return needs(isFilled(continuation_token), "second factor required");
      if (suberror === "registration_required") return needs(isFilled(continuation_token), "registration required");
      if (suberror === "invalid_oob_value") return "invalid code";
      if (suberror === "attribute_validation_failed") return needs(invalid_attributes, "invalid attributes");
      if (PASSWORD_FAULTS.includes(suberror)) return "invalid password";
      if (suberror === undefined && code === 50126) return "wrong password";
      if (suberror === undefined && code === 50034) return "user not found";
      if (suberror === undefined && code === 400002) return "invalid authentication type";
      return "general";
    case "invalid_request":
      if (suberror === "introspect_required") return "introspect first";
      if (code === 90100 && text.includes("username parameter is empty or not valid")) return "invalid username";
      if (code === 90100 && text.includes("client_id parameter is empty or not valid")) return "unauthorized client";
      if (code === 901001) return "invalid contact";
      if (code === 50142) return "password reset required";
      if (code === 500222) return "user has no password";
      if (text.includes("The challenge_type list parameter contains an unsupported challenge type")) return "unsupported challenge type";
      return "general";
    default: return "general";
  }
}

/** After a second factor and after a registration the SDKs expect tokens or a plain error: a second demand is unexpected (4.3). */
function withoutDemand(answer) {
  if (["second factor required", "registration required"].includes(answer.reaction)) throw new Undecodable(`a second demand: ${answer.reaction} (native-auth-api 4.3)`);
  return answer;
}

/** What the two SDKs send beside what MSAL JS sends (native-auth-api 1.1 and 4.3). */
const PLATFORMS = {
  ios: { headers: { "x-client-SKU": "MSAL.iOS", "x-client-VER": "2.5.0", "x-client-OS": "18.1", "x-client-CPU": "64", "x-client-DM": "iPhone" }, token: {} },
  android: { headers: { "x-client-SKU": "MSAL.Android", "x-client-VER": "6.0.0", "x-client-OS": "34", "x-client-CPU": "arm64-v8a", "x-client-DM": "Pixel" }, token: { nca: "1" } },
};
/** iOS asks about a reset at once and five times more. */
const POLLS = 6;

/** Percent-encodes spaces too, as the mobile SDKs do. */
const encode = (fields) => Object.entries(fields).map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join("&");

/** A sign-in, sign-up or reset as the SDKs run it. Each method gives `{ kind, body, reaction? }` of the last answer. */
export class StrictClient {
  constructor(gated, { platform = "ios", tenant = TENANT, client = CLIENT, capabilities = "mfa_required registration_required", types = "oob password redirect", query = "", headers = {} } = {}) {
    Object.assign(this, { gated, platform: PLATFORMS[platform], tenant, client, capabilities, types, query, headers });
  }

  /** Posts and decodes. Keeps the token of a success and of an error that has one; another error leaves the token in use. */
  async post(path, fields) {
    const id = randomUUID();
    const response = await fetch(`${this.gated.origin}/${this.tenant}${path}${this.query}`, {
      method: "POST", body: encode({ client_id: this.client, ...fields }),
      headers: { "content-type": "application/x-www-form-urlencoded", "client-request-id": id, ...this.platform.headers, ...this.headers },
    });
    const text = await response.text();
    if (!/^application\/json\b/.test(response.headers.get("content-type"))) throw new Undecodable(`${path}: ${text} is not announced as JSON (1)`);
    // Both read the id of the answer; iOS as a UUID.
    if (response.headers.get("client-request-id") !== id) throw new Undecodable(`${path}: another client-request-id (1)`);
    const answer = decode(path, response.status, JSON.parse(text));
    answer.retryAfter = response.headers.get("retry-after");
    this.token = answer.body.continuation_token || this.token;
    return answer;
  }
  inFlow(path, fields = {}) { return this.post(path, { continuation_token: this.token, ...fields }); }
  beginning(username) { return { username, challenge_type: this.types, ...(this.capabilities && { capabilities: this.capabilities }) }; }

  // Sign-in
  async signIn(username) {
    const begun = await this.post("/oauth2/v2.0/initiate", this.beginning(username));
    return begun.kind === "flow" ? this.inFlow("/oauth2/v2.0/challenge", { challenge_type: this.types }) : begun;
  }
  getTokens(fields) {
    return this.inFlow("/oauth2/v2.0/token", { scope: SCOPES.join(" "), client_info: "true", challenge_type: this.types, ...this.platform.token, ...fields });
  }
  submitPassword(password) { return this.getTokens({ grant_type: "password", password }); }
  submitCode(oob) { return this.getTokens({ grant_type: "oob", oob }); }
  resend() { return this.inFlow("/oauth2/v2.0/challenge", { challenge_type: this.types }); }
  /** After a sign-up or a reset. */
  signInAfter(username, scope = SCOPES.join(" ")) { return this.getTokens({ grant_type: "continuation_token", username, scope }); }
  refresh(refresh_token, scope = SCOPES.join(" ")) {
    return this.post("/oauth2/v2.0/token", { grant_type: "refresh_token", refresh_token, scope, client_info: "true" });
  }

  // Second factor. Without an id the server chooses, or sends the client to introspect.
  getMethods() { return this.inFlow("/oauth2/v2.0/introspect"); }
  requestChallenge(id) { return this.inFlow("/oauth2/v2.0/challenge", { challenge_type: this.types, ...(id && { id }) }); }
  async submitChallenge(oob) { return withoutDemand(await this.getTokens({ grant_type: "mfa_oob", oob })); }

  // Registration of a method
  getRegistrations() { return this.inFlow("/register/v1.0/introspect"); }
  register(method, challenge_target) {
    return this.inFlow("/register/v1.0/challenge", { challenge_type: method.challenge_type, challenge_channel: method.challenge_channel, challenge_target });
  }
  /** The tokens follow at once, without a user name. */
  async submitRegistration(oob) {
    const done = await this.inFlow("/register/v1.0/continue", { grant_type: "oob", oob });
    return done.kind === "flow" ? withoutDemand(await this.getTokens({ grant_type: "continuation_token" })) : done;
  }

  // Sign-up. `attributes` is an object of texts.
  async signUp(username, { password, attributes } = {}) {
    const begun = await this.post("/signup/v1.0/start", {
      ...this.beginning(username), ...(password && { password }), ...(attributes && { attributes: JSON.stringify(attributes) }),
    });
    return begun.kind === "flow" ? this.signUpChallenge() : begun;
  }
  signUpChallenge() { return this.inFlow("/signup/v1.0/challenge", { challenge_type: this.types }); }
  /** A password that is wanted is a new challenge. */
  async submitSignUpCode(oob) {
    const done = await this.inFlow("/signup/v1.0/continue", { grant_type: "oob", oob });
    return done.reaction === "password required" ? this.signUpChallenge() : done;
  }
  submitSignUpPassword(password) { return this.inFlow("/signup/v1.0/continue", { grant_type: "password", password }); }
  submitAttributes(attributes) { return this.inFlow("/signup/v1.0/continue", { grant_type: "attributes", attributes: JSON.stringify(attributes) }); }

  // Password reset
  async resetPassword(username) {
    const begun = await this.post("/resetpassword/v1.0/start", this.beginning(username));
    return begun.kind === "flow" ? this.inFlow("/resetpassword/v1.0/challenge", { challenge_type: this.types }) : begun;
  }
  submitResetCode(oob) { return this.inFlow("/resetpassword/v1.0/continue", { grant_type: "oob", oob }); }
  /** Polls as iOS does, each time with the token of the submit. */
  async submitNewPassword(new_password) {
    const submitted = await this.inFlow("/resetpassword/v1.0/submit", { new_password });
    if (submitted.kind !== "submitted") return submitted;
    const ofSubmit = this.token;
    for (let polls = 0; polls < POLLS; ++polls) {
      const polled = await this.post("/resetpassword/v1.0/poll_completion", { continuation_token: ofSubmit });
      if (polled.kind !== "polled" || polled.body.status === "failed") return polled;
      if (polled.body.status === "succeeded") {
        if (!isFilled(polled.body.continuation_token)) throw new Undecodable("a reset that succeeded without a token (native-auth-api 6.4)");
        return polled;
      }
      await new Promise((done) => { setTimeout(done, submitted.body.poll_interval * 1000); });
    }
    throw new Undecodable("the reset does not end while iOS polls (native-auth-api 6.4)");
  }
}
