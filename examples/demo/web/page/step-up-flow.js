// The flow that a refused renewal opens: the missing factors alone. MSAL has no states for it, so these here have the methods of
// MSAL's states and results, and the forms of steps.js serve for both. docs/step-up.md says what is sent.
import { deviceKey } from "./device-key.js";
import { CLIENT, TENANT } from "./settings.js";

/** As a result of MSAL: `is` names the one question that it answers with yes. */
function result(is, { state, error, data } = {}) {
  const said = { state, error, data, isFailed: () => error !== undefined };
  if (is) said[is] = () => true;
  return said;
}
const failed = ({ error, suberror, error_codes, error_description }) => result(undefined, { error: {
  errorData: { error, subError: suberror ?? "", errorCodes: error_codes ?? [], errorDescription: error_description } } });

export class StepUpFlow {
  #token;
  #scope;

  /** `opened`: of Renewals. `scopes`: without offline_access, so that the session and MSAL's refresh token stay as they are. */
  constructor(opened, scopes) {
    this.opened = opened;
    this.#token = opened.token;
    this.#scope = scopes.filter((scope) => scope !== "offline_access").join(" ");
  }

  begin() {
    return this.opened.missing[0] === "first_factor" ? this.#firstFactor() : this.#methods();
  }

  /** Every answer with a token replaces the one that was sent. */
  async #post(path, fields) {
    const answer = await fetch(`/${TENANT}${path}`, {
      method: "POST", headers: { "x-gate-device-key": deviceKey() },
      body: new URLSearchParams({ client_id: CLIENT, continuation_token: this.#token, ...fields }),
    });
    const body = await answer.json();
    if (body.continuation_token) this.#token = body.continuation_token;
    return body;
  }

  async #firstFactor() {
    const sent = await this.#post("/oauth2/v2.0/challenge", { challenge_type: "password oob redirect" });
    if (sent.error) return failed(sent);
    if (sent.challenge_type === "password") return result("isPasswordRequired", { state: { submitPassword: (password) => this.#submit("password", { password }) } });
    return result("isCodeRequired", { state: { getCodeLength: () => sent.code_length, submitCode: (oob) => this.#submit("oob", { oob }), resendCode: () => this.#firstFactor() } });
  }

  async #methods() {
    const offered = await this.#post("/oauth2/v2.0/introspect", {});
    if (offered.error) return failed(offered);
    return result("isMfaRequired", { state: { getAuthMethods: () => offered.methods, requestChallenge: (id) => this.#challenge(id) } });
  }

  async #challenge(id) {
    const sent = await this.#post("/oauth2/v2.0/challenge", { challenge_type: "oob redirect", id });
    if (sent.error) return failed(sent);
    return result("isVerificationRequired", { state: { ...this.#about(sent), getSentTo: () => sent.challenge_target_label,
      requestChallenge: (other) => this.#challenge(other), submitChallenge: (oob) => this.#submit("mfa_oob", { oob }) } });
  }

  #about(sent) {
    return { getCodeLength: () => sent.code_length, getChannel: () => sent.challenge_channel };
  }

  async #register() {
    const offered = await this.#post("/register/v1.0/introspect", {});
    if (offered.error) return failed(offered);
    return result("isAuthMethodRegistrationRequired", { state: { getAuthMethods: () => offered.methods, challengeAuthMethod: (wanted) => this.#enrol(wanted) } });
  }

  async #enrol({ authMethodType, verificationContact }) {
    const sent = await this.#post("/register/v1.0/challenge", {
      challenge_type: "oob", challenge_channel: authMethodType.challenge_channel, challenge_target: verificationContact });
    if (sent.error) return failed(sent);
    const submitChallenge = async (oob) => {
      const done = await this.#post("/register/v1.0/continue", { grant_type: "oob", oob });
      return done.error ? failed(done) : this.#submit("continuation_token");
    };
    return result("isVerificationRequired", { state: { ...this.#about(sent), getSentTo: () => sent.challenge_target,
      challengeAuthMethod: (other) => this.#enrol(other), submitChallenge } });
  }

  async #submit(grant_type, proof = {}) {
    const answer = await this.#post("/oauth2/v2.0/token", { grant_type, scope: this.#scope, client_info: "1", ...proof });
    if (answer.suberror === "mfa_required") return this.#methods();
    if (answer.suberror === "registration_required") return this.#register();
    return answer.error ? failed(answer) : result("isCompleted", { data: { accessToken: answer.access_token } });
  }
}
