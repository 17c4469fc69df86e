// How MSAL renews tokens, with one thing more: the server may answer a refusal with a way to go on (docs/step-up.md). MSAL does
// not ask for it and does not hand it out, so this page gives it a network client of its own (`system.networkClient`).
import { deviceKey } from "./device-key.js";

export class Renewals {
  #opened;

  /** What the newest refused renewal opened, once: `{ token, missing }`, or undefined where a sign-in from scratch is needed. */
  take() {
    const opened = this.#opened;
    this.#opened = undefined;
    return opened;
  }

  async sendPostRequestAsync(url, { headers = {}, body = "" } = {}) {
    const form = new URLSearchParams(body);
    if (form.get("grant_type") === "refresh_token") form.set("capabilities", "mfa_required registration_required");
    return this.#send(url, { method: "POST", headers: { ...headers, "x-gate-device-key": deviceKey() }, body: form });
  }

  sendGetRequestAsync(url, { headers = {} } = {}) {
    return this.#send(url, { headers });
  }

  async #send(url, request) {
    const answer = await fetch(url, request);
    const body = await answer.json();
    this.#opened = body.continuation_token && { token: body.continuation_token, missing: body.missing_factors ?? [] };
    return { status: answer.status, headers: Object.fromEntries(answer.headers), body };
  }
}
