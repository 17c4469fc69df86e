// The payment API of examples/resource-server before a real gated: its challenge, the answers of two clients, and the second try.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { once } from "node:events";
import { SignJWT, generateKeyPair } from "jose";
import { ACCOUNTS, AUDIENCE, CLIENT, Gated, PASSWORD, TENANT, user } from "./lib/server.mjs";
import { makeClient } from "./lib/msal.mjs";
import { Wire, assertTokens } from "./lib/wire.mjs";
import { createPaymentApi } from "../../examples/resource-server/server.mjs";
import { PaymentClient, StepUpFailed } from "../../examples/resource-server/client.mjs";
import { demandContext, demandedClaims } from "../../examples/resource-server/challenge.mjs";

const PAYMENTS = `${AUDIENCE}/payments`;
const SCOPE = `openid profile offline_access ${PAYMENTS}`;
const LETTERS = "api://letters/read"; // of an API of the same bank that uses the context c1 as well
const SMALL = { to: "Ella", amount: 250 };
const LARGE = { to: "Ella", amount: 1000.01 };
const MINUTE = 60;

let gated;
let api;
let url;
/** Moved forwards only, for the server and the API together. */
let offset = 0;
function later(seconds) {
  offset += seconds;
  gated.setClock(offset);
}

before(async () => {
  const names = ["otto", "paul", "msal", "nina", "bad", "old", "once", "ctx"];
  gated = await Gated.start({
    resources: [
      { tenant_id: TENANT, name: "retail-app", audience: AUDIENCE, scopes: ["accounts", "payments"], contexts: ["c1", "c2", "c3"] },
      { tenant_id: TENANT, name: "letters", audience: "api://letters", scopes: ["read"], contexts: ["c1"] },
    ],
    clients: [{ tenant_id: TENANT, client_id: CLIENT, name: "retail-app", scopes: [ACCOUNTS, PAYMENTS, LETTERS], origins: ["http://localhost:3000"] }],
    users: names.map((name) => user(name, { password: PASSWORD })).concat(user("mia", { password: PASSWORD, channels: [] })),
  });
  api = await createPaymentApi({ authority: `${gated.origin}/${TENANT}`, audience: AUDIENCE, now: () => new Date(Date.now() + offset * 1000) });
  api.listen(0, "127.0.0.1");
  await once(api, "listening");
  url = `http://127.0.0.1:${api.address().port}`;
});
after(async () => {
  if (api) {
    api.close();
    api.closeAllConnections();
  }
  await gated?.remove();
});
const mail = (name) => `${name}@customer.example`;
const sms = (name) => gated.provisioning.users.find((u) => u.username === mail(name)).channels.find((c) => c.kind === "sms").address;
const decode = (jwt, part = 1) => JSON.parse(Buffer.from(jwt.split(".")[part], "base64url"));

async function tokensOf(name, scope = SCOPE) {
  const tokens = await new Wire(gated).withPassword(mail(name), PASSWORD, undefined, scope);
  assertTokens(tokens);
  return tokens;
}
/** A client whose user answers every prompt; `asked` says which there were. */
async function clientOf(name) {
  const asked = [];
  const ask = {
    password: async () => { asked.push("password"); return PASSWORD; },
    method: async (methods) => methods.find((m) => m.challenge_channel === "sms"),
    code: async ({ channel, target, digits }) => {
      asked.push(`${channel} ${target}`);
      const code = await gated.code(sms(name));
      assert.equal(code.length, digits);
      return code;
    },
  };
  const client = new PaymentClient({ authority: `${gated.origin}/${TENANT}`, clientId: CLIENT, api: url, scope: SCOPE, tokens: await tokensOf(name), ask });
  return { client, asked };
}
function pay(token, payment) {
  return fetch(`${url}/payments`, { method: "POST", headers: token ? { authorization: `Bearer ${token}` } : {}, body: JSON.stringify(payment) });
}
async function assertPaid(response, payment) {
  const body = await response.json();
  assert.equal(response.status, 201, JSON.stringify(body));
  assert.deepEqual({ to: body.to, amount: body.amount }, payment);
}
async function assertRefused(response, error, status = 401) {
  const body = await response.json();
  assert.deepEqual({ status: response.status, error: body.error }, { status, error });
  const header = response.headers.get("www-authenticate");
  if (status !== 400) assert.ok(header.includes(`error="${error}"`), header);
  return header;
}

test("a payment below the limit passes; above it the code alone is asked for, and the second try passes", async () => {
  const { client, asked } = await clientOf("otto");
  await assertPaid(await client.pay(SMALL), SMALL);
  await assertPaid(await client.pay({ ...SMALL, amount: 1000 }), { ...SMALL, amount: 1000 });
  assert.deepEqual(asked, []);
  await assertPaid(await client.pay(LARGE), LARGE);
  assert.equal(asked.length, 1, String(asked));
  assert.match(asked[0], /^sms \+/);
  await assertPaid(await client.pay(LARGE), LARGE);
  assert.equal(asked.length, 2, "a context is of one token: the next payment asks again");
});

test("the challenge is Entra's, and says what to ask for", async () => {
  const { access_token } = await tokensOf("paul");
  const header = await assertRefused(await pay(access_token, LARGE), "insufficient_claims");
  assert.equal(header, `Bearer realm="", error="insufficient_claims", claims="${Buffer.from('{"access_token":{"acrs":{"essential":true,"value":"c1"}}}').toString("base64url")}"`);
  assert.equal(header, demandContext("c1"));
  assert.deepEqual(JSON.parse(demandedClaims(header)), { access_token: { acrs: { essential: true, value: "c1" } } });
  assert.equal(demandedClaims('Bearer realm="", error="invalid_token"'), null);
});

test("a proof that is older than the policy allows is asked for again, and no other", async () => {
  const { client, asked } = await clientOf("old");
  later(10 * MINUTE);
  const wire = new Wire(gated);
  const claims = demandedClaims(demandContext("c1"));
  const renew = (refresh_token) => wire.post("/oauth2/v2.0/token", { grant_type: "refresh_token", refresh_token, scope: SCOPE, claims, capabilities: "mfa_required" });
  const lacking = await renew(client.tokens.refresh_token);
  assert.deepEqual(lacking.missing_factors, ["second_factor"]);
  const listed = await wire.introspect(lacking.continuation_token);
  const sent = await wire.challenge(listed.continuation_token, listed.methods.find((m) => m.challenge_channel === "sms").id);
  const both = await wire.token("mfa_oob", sent.continuation_token, { oob: await gated.code(sms("old")), scope: SCOPE });
  assertTokens(both);
  later(10 * MINUTE); // the password is 20 minutes old, the code 10; the policy says 15
  client.tokens = await wire.refresh(both.refresh_token, SCOPE);
  await assertPaid(await client.pay(LARGE), LARGE);
  assert.deepEqual(asked, ["password"]);
  later(6 * MINUTE); // the session still has the old password, and now its code is too old as well
  client.tokens = await wire.refresh(client.tokens.refresh_token, SCOPE);
  await assertPaid(await client.pay(LARGE), LARGE);
  assert.equal(asked.length, 3, String(asked));
  assert.deepEqual(asked.slice(0, 2), ["password", "password"]);
});

test("the unmodified MSAL client signs out of its cache and in again with the claims", async () => {
  const app = await makeClient(gated);
  const scopes = SCOPE.split(" ");
  const signedIn = await app.signIn({ scopes, username: mail("msal"), password: PASSWORD });
  assert.ok(signedIn.isCompleted(), String(signedIn.error));
  const token = (await signedIn.data.getAccessToken({ scopes })).data.accessToken;
  await assertPaid(await pay(token, SMALL), SMALL);
  const claims = demandedClaims(await assertRefused(await pay(token, LARGE), "insufficient_claims"));
  const refused = await signedIn.data.getAccessToken({ scopes, claims, forceRefresh: true });
  assert.ok(refused.isFailed());
  assert.equal(refused.error.errorData.error, "interaction_required");
  assert.equal(refused.error.errorData.subError, "basic_action");
  await assertPaid(await pay((await signedIn.data.getAccessToken({ scopes, forceRefresh: true })).data.accessToken, SMALL), SMALL);
  assert.ok((await signedIn.data.signOut()).isCompleted());
  const demanded = await app.signIn({ scopes, username: mail("msal"), password: PASSWORD, claims });
  assert.ok(demanded.isMfaRequired(), String(demanded.error));
  const method = demanded.state.getAuthMethods().find((m) => m.challenge_channel === "sms");
  const challenged = await demanded.state.requestChallenge(method.id);
  const again = await challenged.state.submitChallenge(await gated.code(sms("msal")));
  assert.ok(again.isCompleted(), String(again.error));
  await assertPaid(await pay((await again.data.getAccessToken({ scopes })).data.accessToken, LARGE), LARGE);
});

test("a step-up leaves the session of the app as it is", async () => {
  const { client } = await clientOf("once");
  const before = client.tokens.refresh_token;
  await assertPaid(await client.pay(LARGE), LARGE);
  assert.equal(client.tokens.refresh_token, before);
  assertTokens(await new Wire(gated).refresh(before, SCOPE));
});

test("who has no second factor learns that this client cannot go on", async () => {
  const tokens = await tokensOf("mia");
  const client = new PaymentClient({ authority: `${gated.origin}/${TENANT}`, clientId: CLIENT, api: url, scope: SCOPE, tokens, ask: {} });
  await assert.rejects(client.pay(LARGE), StepUpFailed);
});

test("a context that somebody wrote into a token is no context", async () => {
  const { access_token } = await tokensOf("bad");
  const [head, body, signature] = access_token.split(".");
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { ...decode(access_token), acrs: ["c1"] };
  const { privateKey } = await generateKeyPair("ES256");
  const { kid } = decode(access_token, 0);
  const secret = new TextEncoder().encode(await (await fetch(`${gated.origin}/${TENANT}/discovery/v2.0/keys`)).text());
  const forged = [
    [head, encode(claims), signature].join("."),
    [encode({ alg: "none", typ: "at+jwt", kid }), encode(claims), ""].join("."),
    await new SignJWT(claims).setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid }).sign(privateKey),
    await new SignJWT(claims).setProtectedHeader({ alg: "HS256", typ: "at+jwt", kid }).sign(secret),
    [head, body, signature.slice(0, -4) + "AAAA"].join("."),
    access_token + "x", "nonsense",
  ];
  for (const token of forged) await assertRefused(await pay(token, LARGE), "invalid_token");
  await assertPaid(await pay(access_token, SMALL), SMALL);
});

test("tokens that are not for this API are refused: ID tokens, other audiences, other scopes, none", async () => {
  const tokens = await tokensOf("bad");
  await assertRefused(await pay(tokens.id_token, SMALL), "invalid_token");
  await assertRefused(await pay(tokens.refresh_token, SMALL), "invalid_token");
  await assertRefused(await pay((await tokensOf("bad", `openid offline_access ${LETTERS}`)).access_token, SMALL), "invalid_token");
  await assertRefused(await pay((await tokensOf("bad", "openid offline_access")).access_token, SMALL), "invalid_token");
  await assertRefused(await pay((await tokensOf("bad", `openid offline_access ${ACCOUNTS}`)).access_token, SMALL), "insufficient_scope", 403);
  const none = await pay(undefined, SMALL);
  assert.equal(none.status, 401);
  assert.equal(none.headers.get("www-authenticate"), 'Bearer realm=""');
});

test("a context of another API, and another context of this one, are not the one that is demanded", async () => {
  const wire = new Wire(gated);
  const withContext = async (scope, value) => {
    const started = await wire.challenge((await wire.initiate(mail("ctx"))).continuation_token);
    const claims = JSON.stringify({ access_token: { acrs: { essential: true, value } } });
    const demanded = await wire.token("password", started.continuation_token, { password: PASSWORD, scope, claims });
    const listed = await wire.introspect(demanded.continuation_token);
    const sent = await wire.challenge(listed.continuation_token, listed.methods.find((m) => m.challenge_channel === "sms").id);
    const done = await wire.token("mfa_oob", sent.continuation_token, { oob: await gated.code(sms("ctx")), scope });
    assert.deepEqual(decode(done.access_token).acrs, [value]);
    return done.access_token;
  };
  await assertRefused(await pay(await withContext(`openid ${LETTERS}`, "c1"), LARGE), "invalid_token");
  const payee = await withContext(SCOPE, "c2");
  await assertRefused(await pay(payee, LARGE), "insufficient_claims");
  await assertPaid(await pay(payee, SMALL), SMALL);
});

test("payments that make no sense are not made", async () => {
  const { access_token } = await tokensOf("nina");
  for (const payment of [{}, { to: "Ella" }, { to: "", amount: 1 }, { to: "Ella", amount: 0 }, { to: "Ella", amount: -5 }, { to: "Ella", amount: "5" },
    { to: "Ella", amount: 0.001 }, { to: "Ella", amount: 1e300 }, { to: 5, amount: 5 }, null, "x".repeat(5000)]) {
    await assertRefused(await pay(access_token, payment), "invalid_request", 400);
  }
});

test("a token that has expired is refused", async () => {
  const { access_token } = await tokensOf("paul");
  await assertPaid(await pay(access_token, SMALL), SMALL);
  later(11 * MINUTE);
  await assertRefused(await pay(access_token, SMALL), "invalid_token");
});
