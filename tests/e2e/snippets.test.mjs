// The JavaScript of docs/api/ does what its pages say, against a running server.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as jose from "jose";
import * as customAuth from "@azure/msal-browser/custom-auth";
import { DOMAIN, Gated, PASSWORD, SCOPES, TENANT, eventually, user } from "./lib/server.mjs";
import "./lib/msal.mjs";
import { Wire } from "./lib/wire.mjs";

let gated;
before(async () => {
  gated = await Gated.start({ users: [user("otto", { password: PASSWORD }), user("wanda", { password: PASSWORD, groups: ["Wealth Clients"] })] });
});
after(() => gated?.remove());

/** The first block of JavaScript of a page as a function of these names, which gives `result`. Imports come from `module`. */
function snippet(page, module, names, result, replace) {
  const [, text] = /^```js\n([\s\S]*?)^```$/m.exec(readFileSync(new URL(`../../docs/api/${page}`, import.meta.url), "utf8"));
  let code = text.replace(/^import (\{.*\}) from ".*";$/m, "const $1 = module;").replace(/^export /m, "");
  for (const [from, to] of replace) {
    assert.ok(code.includes(from), `${page} has no ${from}`);
    code = code.replace(from, to);
  }
  const AsyncFunction = (async () => {}).constructor;
  const run = new AsyncFunction("module", ...names, `${code}\nreturn ${result};`);
  return (...values) => run(module, ...values);
}

test("docs/api/msal.md: the lines for JavaScript sign a user in with a second factor", async () => {
  const wanda = gated.provisioning.users.find((one) => one.username.startsWith("wanda@"));
  const sms = wanda.channels.find((one) => one.kind === "sms").address;
  const signIn = snippet("msal.md", customAuth, ["username", "password", "deviceKey", "askForCode"], "{ result, token }",
    [['authApiProxyUrl: "https://id.bank.example/retail.bank.example"', `authApiProxyUrl: "${gated.origin}/${DOMAIN}"`]]);
  const askForCode = (length) => eventually(`a code of ${length} digits`, () =>
    [sms, wanda.username].flatMap((to) => gated.messages(to)).map((message) => message.code).find((code) => code.length === length));
  const { result, token } = await signIn(wanda.username, PASSWORD, "A".repeat(43), askForCode);
  assert.equal(result.data.getAccount().username, wanda.username);
  assert.ok(token.isCompleted(), String(token.error));
  assert.deepEqual(jose.decodeJwt(token.data.accessToken).aud, "api://retail-bank");
});

test("docs/api/tokens.md: the lines for an API accept its access tokens and nothing else", async () => {
  const verify = await snippet("tokens.md", jose, [], "verify",
    [["https://id.bank.example/11111111-1111-4111-8111-111111111111/v2.0", `${gated.origin}/${TENANT}/v2.0`]])();
  const tokens = await new Wire(gated).withPassword("otto@customer.example", PASSWORD, undefined, SCOPES.join(" "));
  assert.equal((await verify(tokens.access_token)).payload.preferred_username, undefined);
  await assert.rejects(verify(tokens.id_token), { code: "ERR_JWT_CLAIM_VALIDATION_FAILED" });
  const directory = await new Wire(gated).withPassword("otto@customer.example", PASSWORD, undefined, "openid");
  await assert.rejects(verify(directory.access_token), { code: "ERR_JWT_CLAIM_VALIDATION_FAILED", claim: "aud" });
});
