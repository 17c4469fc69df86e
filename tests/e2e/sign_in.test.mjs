// Sign-in over the wire, under the policies of examples/retail-bank: each first factor, each second factor, registration, block.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { createRemoteJWKSet, jwtVerify, decodeProtectedHeader } from "jose";
import { ACCOUNTS, AUDIENCE, CLIENT, DOMAIN, Gated, PASSWORD, STATEMENTS, TENANT, user } from "./lib/server.mjs";
import { Wire, assertBlocked, assertNoTokens, assertSuberror, assertTokens } from "./lib/wire.mjs";

let gated;
let wire;
const sms = (name) => gated.provisioning.users.find((u) => u.username.startsWith(`${name}@`)).channels.find((c) => c.kind === "sms").address;

before(async () => {
  gated = await Gated.start({
    users: [
      user("otto", { password: PASSWORD }), user("ella"),
      user("wanda", { password: PASSWORD, groups: ["Wealth Clients"] }), user("wilma", { groups: ["Wealth Clients"] }),
      user("rita", { password: PASSWORD, sign_in_risk: "medium" }), user("hugo", { password: PASSWORD, sign_in_risk: "high" }),
      user("fred", { password: PASSWORD, groups: ["Frozen Accounts"] }),
      user("nora", { password: PASSWORD, groups: ["Wealth Clients"], channels: [] }),
      user("nick", { password: PASSWORD, groups: ["Wealth Clients"], channels: [] }),
      user("rolf", { password: PASSWORD, sign_in_risk: "medium", channels: [] }),
      user("mona", { groups: ["Wealth Clients"], channels: [{ kind: "email", address: "mona@customer.example" }] }),
    ],
  });
  wire = new Wire(gated);
});
after(() => gated?.remove());

async function claims(answer, which, audience) {
  const keys = createRemoteJWKSet(new URL(`${gated.origin}/${TENANT}/discovery/v2.0/keys`));
  const { payload } = await jwtVerify(answer[which], keys, { issuer: `${gated.origin}/${TENANT}/v2.0`, audience, algorithms: ["ES256"] });
  return payload;
}

test("e-mail and password: one factor is enough on an ordinary day", async () => {
  const answer = await wire.withPassword("otto@customer.example", PASSWORD);
  assertTokens(answer);
  const id = await claims(answer, "id_token", CLIENT);
  assert.equal(id.preferred_username, "otto@customer.example");
  assert.deepEqual(id.amr, ["pwd"]);
  const access = await claims(answer, "access_token", AUDIENCE);
  assert.equal(decodeProtectedHeader(answer.access_token).typ, "at+jwt");
  assert.equal(access.client_id, CLIENT);
  for (const name of ["sub", "exp", "iat", "jti", "auth_time", "acr", "sid"]) assert.ok(access[name] !== undefined, name);
  const home = JSON.parse(Buffer.from(answer.client_info, "base64url"));
  assert.deepEqual(home, { uid: id.oid, utid: TENANT });
});

test("a code by e-mail: one factor, and the tenant may be named by its domain", async () => {
  const answer = await new Wire(gated, { tenant: DOMAIN }).withCode("ella@customer.example");
  assertTokens(answer);
  assert.deepEqual((await claims(answer, "id_token", CLIENT)).amr, ["otp"]);
});

test("discovery names the keys that the tokens are verified with", async () => {
  const about = await (await fetch(`${gated.origin}/${TENANT}/v2.0/.well-known/openid-configuration`)).json();
  assert.equal(about.issuer, `${gated.origin}/${TENANT}/v2.0`);
  assert.equal(about.jwks_uri, `${gated.origin}/${TENANT}/discovery/v2.0/keys`);
});

for (const channel of ["email", "sms"]) {
  test(`password, then a second factor by ${channel}`, async () => {
    const demanded = await wire.withPassword("wanda@customer.example", PASSWORD);
    const answer = await wire.secondFactor(demanded, channel, channel === "email" ? "wanda@customer.example" : sms("wanda"));
    assertTokens(answer);
    const id = await claims(answer, "id_token", CLIENT);
    assert.ok(id.amr.includes("pwd") && id.amr.includes("mfa"), JSON.stringify(id.amr));
  });
}

test("a code by e-mail, then SMS; the mailbox of the first factor is not offered again", async () => {
  const demanded = await wire.withCode("wilma@customer.example");
  assertSuberror(demanded, "mfa_required");
  const offered = await wire.introspect(demanded.continuation_token);
  assert.deepEqual(offered.methods.map((m) => m.challenge_channel), ["sms"]);
  assert.doesNotMatch(offered.methods[0].login_hint, /\d{6}/);
  const challenged = await wire.challenge(offered.continuation_token, offered.methods[0].id);
  assertTokens(await wire.token("mfa_oob", challenged.continuation_token, { oob: await gated.code(sms("wilma")) }));
});

test("medium risk asks for a second factor", async () => {
  assertTokens(await wire.secondFactor(await wire.withPassword("rita@customer.example", PASSWORD), "sms", sms("rita")));
});

test("S5: policies on an API decide about its scope, whichever client asks", async () => {
  const from = (scope) => new Wire(gated, { headers: { "user-agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64)" } }).withPassword("otto@customer.example", PASSWORD, undefined, scope);
  assertTokens(await from(`openid offline_access ${ACCOUNTS}`));
  assertSuberror(await from(`openid offline_access ${STATEMENTS}`), "mfa_required");
  const wealthy = (scope) => wire.withPassword("wanda@customer.example", PASSWORD, undefined, scope);
  assertSuberror(await wealthy(`openid offline_access ${ACCOUNTS}`), "mfa_required");
  const directory = await wealthy("openid profile offline_access");
  assert.equal((await claims(directory, "access_token", "00000002-0000-0000-c000-000000000000")).scp, "openid profile offline_access");
  const rows = gated.audit().filter((row) => row.type === "sign_in").slice(-4).map((row) => row.facts.app);
  assert.deepEqual(rows, ["retail-app", "statements", "retail-app", "00000002-0000-0000-c000-000000000000"]);
});

test("high risk and frozen accounts are blocked, whatever was shown", async () => {
  assertBlocked(await wire.withPassword("hugo@customer.example", PASSWORD));
  assertBlocked(await wire.withPassword("fred@customer.example", PASSWORD));
});

test("who has no second factor registers one at first use, and proves it from then on", async () => {
  const demanded = await wire.withPassword("nora@customer.example", PASSWORD);
  assertSuberror(demanded, "registration_required");
  const offered = await wire.registerIntrospect(demanded.continuation_token);
  assert.ok(offered.methods.some((m) => m.challenge_channel === "sms"));
  const challenged = await wire.registerChallenge(offered.continuation_token, "sms", "+436605559999");
  assert.equal(challenged.challenge_target, "+436605559999");
  const done = await wire.registerContinue(challenged.continuation_token, await gated.code("+436605559999"));
  assertTokens(await wire.token("continuation_token", done.continuation_token));

  const again = await wire.withPassword("nora@customer.example", PASSWORD);
  assertTokens(await wire.secondFactor(again, "sms", "+436605559999"));
});

test("CA230: while the sign-in looks risky no second factor is enrolled", async () => {
  assertBlocked(await wire.withPassword("rolf@customer.example", PASSWORD));
  const refused = gated.audit().filter((row) => row.type === "register").at(-1);
  assert.equal(refused.outcome, "block");
  assert.match(refused.reasons, /CA230/);
});

test("registering is for who has none: a token of mfa_required does not open it", async () => {
  const demanded = await wire.withPassword("wanda@customer.example", PASSWORD);
  assertSuberror(demanded, "mfa_required");
  assertNoTokens(await wire.registerChallenge(demanded.continuation_token, "sms", "+436605558888"));
  const answer = await wire.registerIntrospect(demanded.continuation_token);
  assert.ok(answer.error, JSON.stringify(answer));
});

test("C4: the mailbox of the first factor cannot be registered as the second", async () => {
  const demanded = await wire.withCode("mona@customer.example");
  assertSuberror(demanded, "registration_required");
  const offered = await wire.registerIntrospect(demanded.continuation_token);
  const answer = await wire.registerChallenge(offered.continuation_token, "email", "mona@customer.example");
  assert.ok(answer.error, JSON.stringify(answer));
});

test("a client without the capability is sent elsewhere, with the reason", async () => {
  const mfa = await wire.withPassword("wanda@customer.example", PASSWORD, "");
  assert.equal(mfa.challenge_type, "redirect", JSON.stringify(mfa));
  assert.match(mfa.redirect_reason, /mfa_required/);
  const registration = await wire.withPassword("nick@customer.example", PASSWORD, "mfa_required");
  assert.equal(registration.challenge_type, "redirect");
  assert.match(registration.redirect_reason, /registration_required/);
  assertNoTokens(registration);
});

test("a refresh token rotates, and its second use ends the family", async () => {
  const first = await wire.withPassword("otto@customer.example", PASSWORD);
  const second = await wire.refresh(first.refresh_token);
  assertTokens(second);
  assert.notEqual(second.refresh_token, first.refresh_token);
  gated.setClock(11);
  const replayed = await wire.refresh(first.refresh_token);
  assert.equal(replayed.error, "invalid_grant", JSON.stringify(replayed));
  assert.equal((await wire.refresh(second.refresh_token)).error, "invalid_grant");
  gated.setClock(0);
});

test("F5: each decision is in the audit log with digest and reasons, the chain holds, and no code is in it", async () => {
  const demanded = await wire.withPassword("wanda@customer.example", PASSWORD);
  const code = { value: "" };
  const offered = await wire.introspect(demanded.continuation_token);
  const challenged = await wire.challenge(offered.continuation_token, offered.methods.find((m) => m.challenge_channel === "sms").id);
  code.value = await gated.code(sms("wanda"));
  assertTokens(await wire.token("mfa_oob", challenged.continuation_token, { oob: code.value }));
  const rows = gated.audit();
  const digest = (await gated.ready()).policy_digest;
  assert.ok(rows.some((row) => row.outcome === "block" && row.policy_digest === digest));
  assert.ok(rows.some((row) => row.outcome === "challenge" && row.reasons.length > 0));
  assert.ok(rows.every((row) => row.facts_hash.length === 64));
  const verified = gated.command("audit verify");
  assert.equal(verified.status, 0, verified.stderr);
  const everything = JSON.stringify(rows) + gated.log.join("\n");
  assert.ok(!everything.includes(code.value), "A8: the code is in the log or the audit");
  assert.ok(!everything.includes(PASSWORD), "the password is in the log or the audit");
});
