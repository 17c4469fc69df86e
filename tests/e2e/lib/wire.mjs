// The Native Authentication API as a client without a library speaks it.
import assert from "node:assert/strict";
import { CLIENT, SCOPES, TENANT } from "./server.mjs";

export const SCOPE = SCOPES.join(" ");
const TYPES = "password oob redirect";
const CAPABILITIES = "mfa_required registration_required";

/** Every request has bytes of its own, so that none counts as a repeated one (T4). */
let requests = 0;

export class Wire {
  constructor(gated, { headers = {}, client = CLIENT, tenant = TENANT } = {}) {
    Object.assign(this, { gated, headers, client, tenant });
  }

  post(path, fields) { return this.send(path, { ...fields, unknown: String(++requests) }); }

  /** Equal fields are equal bytes. */
  async send(path, fields) {
    const response = await fetch(`${this.gated.origin}/${this.tenant}${path}`, {
      method: "POST", headers: this.headers, body: new URLSearchParams({ client_id: this.client, ...fields }),
    });
    const body = await response.json();
    assert.equal(response.headers.get("cache-control"), "no-store");
    assert.ok(response.status === 200 || response.status === 400, `status ${response.status}: ${JSON.stringify(body)}`);
    assert.equal(response.status === 400, "error" in body, JSON.stringify(body));
    return body;
  }

  initiate(username, capabilities = CAPABILITIES) {
    return this.post("/oauth2/v2.0/initiate", { username, challenge_type: TYPES, ...(capabilities ? { capabilities } : {}) });
  }
  challenge(continuation_token, id) {
    return this.post("/oauth2/v2.0/challenge", { continuation_token, challenge_type: TYPES, ...(id ? { id } : {}) });
  }
  introspect(continuation_token) { return this.post("/oauth2/v2.0/introspect", { continuation_token }); }
  token(grant_type, continuation_token, more = {}) {
    return this.post("/oauth2/v2.0/token", { grant_type, continuation_token, scope: SCOPE, client_info: "1", ...more });
  }
  refresh(refresh_token, scope = SCOPE) { return this.post("/oauth2/v2.0/token", { grant_type: "refresh_token", refresh_token, scope, client_info: "1" }); }
  registerIntrospect(continuation_token) { return this.post("/register/v1.0/introspect", { continuation_token }); }
  registerChallenge(continuation_token, challenge_channel, challenge_target) {
    return this.post("/register/v1.0/challenge", { continuation_token, challenge_type: "oob", challenge_channel, challenge_target });
  }
  registerContinue(continuation_token, oob) { return this.post("/register/v1.0/continue", { continuation_token, grant_type: "oob", oob }); }

  /** First factor with a password, up to the answer of the token call. */
  async withPassword(username, password, capabilities, scope = SCOPE) {
    const started = await this.initiate(username, capabilities);
    const challenged = await this.challenge(started.continuation_token);
    assert.equal(challenged.challenge_type, "password", JSON.stringify(challenged));
    return this.token("password", challenged.continuation_token, { password, scope });
  }
  /** First factor with a code by e-mail, up to the challenge's answer. */
  async askForCode(username) {
    const started = await this.initiate(username);
    const challenged = await this.challenge(started.continuation_token);
    assert.equal(challenged.challenge_type, "oob", JSON.stringify(challenged));
    return challenged;
  }
  async withCode(username) {
    const challenged = await this.askForCode(username);
    return this.token("oob", challenged.continuation_token, { oob: await this.gated.code(username) });
  }
  /** From `mfa_required` to the answer of the second factor. */
  async secondFactor(demanded, channel, address) {
    assertSuberror(demanded, "mfa_required");
    const offered = await this.introspect(demanded.continuation_token);
    const method = offered.methods?.find((m) => m.challenge_channel === channel);
    assert.ok(method, `${channel} is not offered: ${JSON.stringify(offered)}`);
    const challenged = await this.challenge(offered.continuation_token, method.id);
    assert.equal(challenged.challenge_channel, channel, JSON.stringify(challenged));
    return this.token("mfa_oob", challenged.continuation_token, { oob: await this.gated.code(address) });
  }
}

export function assertTokens(answer) {
  assert.equal(answer.token_type, "Bearer", JSON.stringify(answer));
  for (const name of ["access_token", "id_token", "refresh_token", "client_info", "scope"]) {
    assert.equal(typeof answer[name], "string", `${name} of ${JSON.stringify(Object.keys(answer))}`);
    assert.ok(answer[name].length > 0);
  }
  assert.ok(answer.expires_in > 0);
}
export function assertSuberror(answer, suberror) {
  assert.equal(answer.error, "invalid_grant", JSON.stringify(answer));
  assert.equal(answer.suberror, suberror, JSON.stringify(answer));
  assertNoTokens(answer);
}
export function assertBlocked(answer) {
  assert.equal(answer.error, "access_denied", JSON.stringify(answer));
  assert.equal(answer.error_codes[0], 53003);
  assert.equal(answer.continuation_token, undefined);
  assertNoTokens(answer);
}
export function assertNoTokens(answer) {
  for (const name of ["access_token", "id_token", "refresh_token"]) assert.equal(answer[name], undefined, name);
}
/** A code of the same length that is not this one. */
export function otherCode(code) {
  return String((Number(code) + 1) % 10 ** code.length).padStart(code.length, "0");
}
