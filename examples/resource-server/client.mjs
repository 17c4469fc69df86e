// A client that answers a claims challenge: it renews with the claims, proves what is missing, and sends the payment once more.
import { demandedClaims } from "./challenge.mjs";

const CAPABILITIES = "mfa_required registration_required";
const TYPES = "password oob redirect";

/** What the authorization server refused, as it said it. */
export class StepUpFailed extends Error {
  constructor(answer) {
    super(answer.error_description ?? JSON.stringify(answer));
    this.answer = answer;
  }
}

export class PaymentClient {
  /**
   * `ask` is the user interface: `ask.password()` and `ask.code({ channel, target, digits })` give what the user typed, and
   * `ask.method(methods)` the one of the methods that the user chose.
   */
  constructor({ authority, clientId, api, scope, tokens, ask, headers = {} }) {
    Object.assign(this, { authority, clientId, api, scope, tokens, ask, headers });
  }

  /** Sends a payment; where the API demands a context, gets it and sends the payment again, once. */
  async pay(payment) {
    const first = await this.#send(payment, this.tokens.access_token);
    const claims = demandedClaims(first.headers.get("www-authenticate"));
    if (first.status !== 401 || claims === null) return first;
    return this.#send(payment, await this.#tokenWith(claims));
  }

  #send(payment, token) {
    return fetch(`${this.api}/payments`, {
      method: "POST", headers: { authorization: `Bearer ${token}`, "content-type": "application/json" }, body: JSON.stringify(payment),
    });
  }

  /** An access token with the claims. It is for this payment: the session of the app stays as it is. */
  async #tokenWith(claims) {
    const renewed = await this.#post("/oauth2/v2.0/token", {
      grant_type: "refresh_token", refresh_token: this.tokens.refresh_token, scope: this.scope, claims, capabilities: CAPABILITIES,
    });
    if (renewed.access_token) {
      this.tokens = { ...this.tokens, refresh_token: renewed.refresh_token }; // nothing was missing
      return renewed.access_token;
    }
    if (!renewed.continuation_token) throw new StepUpFailed(renewed); // the user has to sign in from the start
    const done = await this.#prove(renewed.missing_factors, renewed.continuation_token);
    if (!done.access_token) throw new StepUpFailed(done);
    return done.access_token;
  }

  async #prove(missing, token) {
    if (missing.includes("registration")) throw new StepUpFailed({ error_description: "a second factor has to be enrolled first" });
    if (missing[0] === "second_factor") return this.#secondFactor(token);
    const answer = await this.#firstFactor(token);
    // The policies are asked again after each proof: they say what comes next.
    return answer.suberror === "mfa_required" ? this.#secondFactor(answer.continuation_token) : answer;
  }

  async #firstFactor(continuation_token) {
    const asked = await this.#post("/oauth2/v2.0/challenge", { continuation_token, challenge_type: TYPES });
    if (asked.challenge_type === "password") return this.#token("password", asked, { password: await this.ask.password() });
    return this.#token("oob", asked, { oob: await this.#code(asked) });
  }

  async #secondFactor(continuation_token) {
    const listed = await this.#post("/oauth2/v2.0/introspect", { continuation_token });
    if (!listed.methods) throw new StepUpFailed(listed);
    const { id } = await this.ask.method(listed.methods);
    const sent = await this.#post("/oauth2/v2.0/challenge", { continuation_token: listed.continuation_token, challenge_type: TYPES, id });
    return this.#token("mfa_oob", sent, { oob: await this.#code(sent) });
  }

  #code(sent) {
    if (sent.challenge_type !== "oob") throw new StepUpFailed(sent);
    return this.ask.code({ channel: sent.challenge_channel, target: sent.challenge_target_label, digits: sent.code_length });
  }

  /** Without `offline_access`: the answer has no refresh token, and the one of the app stays valid. */
  #token(grant_type, { continuation_token }, proof) {
    const scope = this.scope.split(" ").filter((word) => word !== "offline_access").join(" ");
    return this.#post("/oauth2/v2.0/token", { grant_type, continuation_token, scope, client_info: "1", ...proof });
  }

  async #post(path, fields) {
    const response = await fetch(`${this.authority}${path}`, {
      method: "POST", headers: this.headers, body: new URLSearchParams({ client_id: this.clientId, ...fields }),
    });
    return response.json();
  }
}
