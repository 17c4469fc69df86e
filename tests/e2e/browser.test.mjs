// The unmodified, pinned @azure/msal-browser in headless Chromium, in a page of another origin that calls gated directly
// (native-auth-api 1.2). The page is pages/msal.html with the script of the npm package beside it.
import { after, before, beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { once } from "node:events";
import { randomBytes } from "node:crypto";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { AUDIENCE, ACCOUNTS, CLIENT, Gated, PASSWORD, SCOPES, TENANT, user } from "./lib/server.mjs";
import { NO_BROWSER, launch, openPage } from "./lib/browser.mjs";
import { otherCode } from "./lib/wire.mjs";

const CHOSEN = "seven quiet lanterns drift";
const mail = (name) => `${name}@customer.example`;
const skip = NO_BROWSER;
let gated, browser, page, requests;
const sites = [];

/** A site of its own port, and so of its own origin. */
async function serveSite() {
  const files = {
    "/": ["text/html; charset=utf-8", new URL("pages/msal.html", import.meta.url)],
    "/msal-custom-auth.js": ["text/javascript; charset=utf-8", new URL("node_modules/@azure/msal-browser/lib/custom-auth-path/msal-custom-auth.js", import.meta.url)],
  };
  const site = createServer((request, response) => {
    const [type, file] = files[request.url] ?? [];
    response.writeHead(file ? 200 : 404, { "content-type": type ?? "text/plain" }).end(file && readFileSync(file));
  });
  site.listen(0, "127.0.0.1");
  await once(site, "listening");
  sites.push(site);
  return `http://127.0.0.1:${site.address().port}`;
}

let listed, unlisted;
before(async () => {
  if (skip) return;
  [listed, unlisted] = [await serveSite(), await serveSite()];
  gated = await Gated.start({
    tenant: { sign_up: "password", attributes: [{ name: "displayName", required: true }, { name: "postalCode", regex: "[0-9]{4,5}" }] },
    clients: [{ tenant_id: TENANT, client_id: CLIENT, name: "retail-app", scopes: [ACCOUNTS], origins: [listed] }],
    users: [
      user("otto", { password: PASSWORD }), user("ella"), user("wanda", { password: PASSWORD, groups: ["Wealth Clients"] }),
      user("nora", { password: PASSWORD, groups: ["Wealth Clients"], channels: [] }), user("rita", { password: PASSWORD }),
      user("rosa", { password: PASSWORD, groups: ["Wealth Clients"] }), user("fred", { password: PASSWORD, groups: ["Frozen Accounts"] }),
    ],
  });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  for (const site of sites) site.close();
  await gated?.remove();
});
beforeEach(() => { page = undefined; });

/** Opens the page and starts MSAL there. What the browser sends to gated is kept in `requests`, preflights included. */
async function open({ site = listed, capabilities = ["mfa_required", "registration_required"], headers } = {}) {
  page = await openPage(browser);
  requests = await watch(page);
  await page.goto(site);
  await page.evaluate((options) => start(options), { proxy: `${gated.origin}/${TENANT}`, client: CLIENT, capabilities, headers });
}
async function watch(page) {
  const seen = new Map();
  const network = await page.context().newCDPSession(page);
  await network.send("Network.enable");
  const entry = (id) => seen.get(id) ?? seen.set(id, { headers: {} }).get(id);
  network.on("Network.requestWillBeSent", ({ requestId, request }) => {
    Object.assign(entry(requestId), { url: request.url, method: request.method, preflight: request.method === "OPTIONS" });
  });
  network.on("Network.requestWillBeSentExtraInfo", ({ requestId, headers }) => {
    for (const [name, value] of Object.entries(headers)) entry(requestId).headers[name.toLowerCase()] = value;
  });
  network.on("Network.responseReceived", ({ requestId, response }) => { entry(requestId).status = response.status; });
  return { all: () => [...seen.values()].filter((r) => r.url?.startsWith(gated.origin)) };
}
const call = (what, ...given) => page.evaluate(([what, given]) => globalThis.call(what, ...given), [what, given]);
const sms = (name) => gated.provisioning.users.find((u) => u.username === mail(name)).channels.find((c) => c.kind === "sms").address;

function assertIs(result, name) { assert.ok(result.is.includes(name), `${name}: ${JSON.stringify(result)}`); }
function assertFails(result, name) {
  assertIs(result, "isFailed");
  assert.ok(result.error.is.includes(name), `${name}: ${JSON.stringify(result.error)}`);
}
async function assertSignedIn(result, username) {
  assertIs(result, "isCompleted");
  assert.equal(result.account, username);
  const keys = createRemoteJWKSet(new URL(`${gated.origin}/${TENANT}/discovery/v2.0/keys`));
  const { payload } = await jwtVerify(result.idToken, keys, { issuer: `${gated.origin}/${TENANT}/v2.0`, audience: CLIENT });
  assert.equal(payload.preferred_username, username);
}

test("sign-in with a password: preflights as MSAL sends them, the token is kept, and a renewal needs no preflight", { skip }, async () => {
  await open();
  assert.notEqual(new URL(gated.origin).origin, new URL(listed).origin);
  await assertSignedIn(await call("app.signIn", { username: mail("otto"), password: PASSWORD, scopes: SCOPES }), mail("otto"));
  // Each kind of request was asked about first, with the headers of native-auth-api 1.1. The media type of forms needs no leave.
  const preflights = requests.all().filter((r) => r.preflight);
  assert.deepEqual(preflights.map((r) => new URL(r.url).pathname.split("/").at(-1)).sort(), ["challenge", "initiate", "token"]);
  for (const asked of preflights) {
    assert.equal(asked.status, 204);
    assert.equal(asked.headers["access-control-request-headers"],
      "client-request-id,x-client-cpu,x-client-current-telemetry,x-client-last-telemetry,x-client-os,x-client-sku,x-client-ver");
  }
  const account = await page.evaluate(() => { at.data = at.app.getCurrentAccount().data; return at.data.getAccount().username; });
  assert.equal(account, mail("otto"));
  const before = requests.all().length;
  const kept = await call("data.getAccessToken", { forceRefresh: false, scopes: SCOPES });
  assertIs(kept, "isCompleted");
  assert.equal(requests.all().length, before, "the token is in the cache");
  await page.evaluate(() => { at.data = at.app.getCurrentAccount().data; });
  const renewed = await call("data.getAccessToken", { forceRefresh: true, scopes: SCOPES });
  assertIs(renewed, "isCompleted");
  assert.notEqual(renewed.accessToken, kept.accessToken);
  const keys = createRemoteJWKSet(new URL(`${gated.origin}/${TENANT}/discovery/v2.0/keys`));
  await jwtVerify(renewed.accessToken, keys, { audience: AUDIENCE, typ: "at+jwt" });
  assert.deepEqual(requests.all().slice(before).map((r) => [r.method, r.preflight]), [["POST", false]]);
  // The cache is the page's: after a reload the account is still there, and a renewal works with the rotated token.
  await page.reload();
  await page.evaluate((options) => start(options), { proxy: `${gated.origin}/${TENANT}`, client: CLIENT, capabilities: [] });
  await page.evaluate(() => { at.data = at.app.getCurrentAccount().data; });
  assertIs(await call("data.getAccessToken", { forceRefresh: true, scopes: SCOPES }), "isCompleted");
  await page.evaluate(() => { at.data = at.app.getCurrentAccount().data; });
  const sent = requests.all().length;
  await page.evaluate(() => at.data.signOut());
  assert.equal(requests.all().length, sent, "signing out sends nothing");
  assert.deepEqual(page.faults, []);
});

test("sign-in by a code, a wrong one first; the page reads the error and its id", { skip }, async () => {
  await open();
  const asked = await call("app.signIn", { username: mail("ella"), scopes: SCOPES });
  assertIs(asked, "isCodeRequired");
  assert.equal(asked.codeLength, 8);
  const code = await gated.code(mail("ella"));
  await page.evaluate(() => { at.asked = at.state; });
  const wrong = await call("asked.submitCode", otherCode(code));
  assertFails(wrong, "isInvalidCode");
  assert.match(wrong.error.id, /^[0-9a-f-]{36}$/);
  await assertSignedIn(await call("asked.submitCode", code), mail("ella"));
});

test("a second factor by SMS, with a header of the app", { skip }, async () => {
  const deviceKey = randomBytes(32).toString("base64url");
  await open({ headers: { "x-gate-device-key": deviceKey } });
  const demanded = await call("app.signIn", { username: mail("wanda"), password: PASSWORD, scopes: SCOPES });
  assertIs(demanded, "isMfaRequired");
  const method = demanded.methods.find((m) => m.challenge_channel === "sms");
  const challenged = await call("state.requestChallenge", method.id);
  assertIs(challenged, "isVerificationRequired");
  assert.equal(challenged.channel, "sms");
  await assertSignedIn(await call("state.submitChallenge", await gated.code(sms("wanda"))), mail("wanda"));
  const asked = requests.all().filter((r) => r.preflight);
  assert.ok(asked.length > 0 && asked.every((r) => r.headers["access-control-request-headers"].split(",").includes("x-gate-device-key")));
  assert.ok(requests.all().filter((r) => !r.preflight).every((r) => r.headers["x-gate-device-key"] === deviceKey));
});

test("a phone is enrolled at the first sign-in that needs one", { skip }, async () => {
  await open();
  const demanded = await call("app.signIn", { username: mail("nora"), password: PASSWORD, scopes: SCOPES });
  assertIs(demanded, "isAuthMethodRegistrationRequired");
  const authMethodType = demanded.methods.find((m) => m.challenge_channel === "sms");
  await page.evaluate(() => { at.demanded = at.state; });
  assertFails(await call("demanded.challengeAuthMethod", { authMethodType, verificationContact: "call me" }), "isInvalidInput");
  const challenged = await call("demanded.challengeAuthMethod", { authMethodType, verificationContact: "+436605558888" });
  assertIs(challenged, "isVerificationRequired");
  assert.equal(challenged.sentTo, "+436605558888");
  await assertSignedIn(await call("state.submitChallenge", await gated.code("+436605558888")), mail("nora"));
});

test("sign-up: code, password, attributes, tokens", { skip }, async () => {
  await open();
  const asked = await call("app.signUp", { username: mail("newcomer") });
  assertIs(asked, "isCodeRequired");
  const wanted = await call("state.submitCode", await gated.code(mail("newcomer")));
  assertIs(wanted, "isPasswordRequired");
  await page.evaluate(() => { at.wanted = at.state; });
  assertFails(await call("wanted.submitPassword", "short"), "isInvalidPassword");
  const more = await call("wanted.submitPassword", CHOSEN);
  assertIs(more, "isAttributesRequired");
  assert.deepEqual(more.attributes.map((a) => [a.name, a.type, a.required]), [["displayName", "string", true]]);
  await page.evaluate(() => { at.more = at.state; });
  assertFails(await call("more.submitAttributes", { displayName: "New Comer", postalCode: "none" }), "isAttributesValidationFailed");
  assertIs(await call("more.submitAttributes", { displayName: "New Comer", postalCode: "1010" }), "isCompleted");
  await assertSignedIn(await call("state.signIn", { scopes: SCOPES }), mail("newcomer"));
});

test("a password is reset, and its owner is signed in; the tokens of a wealth client need the phone as well", { skip }, async () => {
  await open();
  assertIs(await call("app.resetPassword", { username: mail("rita") }), "isCodeRequired");
  assertIs(await call("state.submitCode", await gated.code(mail("rita"))), "isPasswordRequired");
  await page.evaluate(() => { at.wanted = at.state; });
  assertFails(await call("wanted.submitNewPassword", PASSWORD), "isInvalidPassword");
  assertIs(await call("wanted.submitNewPassword", CHOSEN), "isCompleted");
  await assertSignedIn(await call("state.signIn", { scopes: SCOPES }), mail("rita"));

  await open();
  assertIs(await call("app.resetPassword", { username: mail("rosa") }), "isCodeRequired");
  assertIs(await call("state.submitCode", await gated.code(mail("rosa"))), "isPasswordRequired");
  assertIs(await call("state.submitNewPassword", CHOSEN), "isCompleted");
  const demanded = await call("state.signIn", { scopes: SCOPES });
  assertIs(demanded, "isMfaRequired");
  await gated.message(sms("rosa"));  // the notice of the change
  assertIs(await call("state.requestChallenge", demanded.methods[0].id), "isVerificationRequired");
  await assertSignedIn(await call("state.submitChallenge", await gated.code(sms("rosa"))), mail("rosa"));
});

test("refusals reach the page: blocked by policy, sent to the web", { skip }, async () => {
  await open();
  const blocked = await call("app.signIn", { username: mail("fred"), password: PASSWORD, scopes: SCOPES });
  assertIs(blocked, "isFailed");
  assert.deepEqual([blocked.error.error, blocked.error.codes], ["access_denied", [53003]]);
  await open({ capabilities: [] });
  assertFails(await call("app.signIn", { username: mail("wanda"), password: PASSWORD, scopes: SCOPES }), "isRedirectRequired");
});

test("C9: a page of an origin that is not listed gets nothing, not even an attempt", { skip }, async () => {
  const tries = gated.audit().length;
  await open({ site: unlisted });
  const refused = await call("app.signIn", { username: mail("otto"), password: PASSWORD, scopes: SCOPES });
  assertIs(refused, "isFailed");
  assert.ok(!refused.error.error?.startsWith("invalid"), JSON.stringify(refused.error));
  const sent = requests.all();
  assert.ok(sent.some((r) => r.preflight), "the browser asked");
  assert.ok(sent.every((r) => r.preflight || r.status === undefined), `a request was answered: ${JSON.stringify(sent)}`);
  assert.ok(page.faults.some((fault) => /CORS policy/.test(fault)), String(page.faults));
  assert.equal(gated.audit().length, tries, "a sign-in was decided");
  // A refresh request needs no preflight: the answer is not readable.
  const read = await page.evaluate(async ([url, client]) => {
    try {
      return (await fetch(url, { method: "POST", body: new URLSearchParams({ client_id: client, grant_type: "refresh_token", refresh_token: "x" }) })).status;
    } catch (error) {
      return String(error);
    }
  }, [`${gated.origin}/${TENANT}/oauth2/v2.0/token`, CLIENT]);
  assert.match(String(read), /TypeError/);
});
