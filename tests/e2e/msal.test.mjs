// One scenario of each kind through the unmodified @azure/msal-browser custom-auth client.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { createRemoteJWKSet, jwtVerify } from "jose";
import { AUDIENCE, CLIENT, Gated, PASSWORD, SCOPES, TENANT, user } from "./lib/server.mjs";
import { makeClient } from "./lib/msal.mjs";
import { Wire, otherCode } from "./lib/wire.mjs";

let gated;
before(async () => {
  gated = await Gated.start({
    users: [
      user("otto", { password: PASSWORD }), user("ella"), user("resend"), user("signout", { password: PASSWORD }), user("known", { password: PASSWORD }),
      user("wanda", { password: PASSWORD, groups: ["Wealth Clients"] }), user("wilma", { groups: ["Wealth Clients"] }),
      user("nora", { password: PASSWORD, groups: ["Wealth Clients"], channels: [] }),
      user("norbert", { groups: ["Wealth Clients"], channels: [{ kind: "email", address: "norbert@customer.example" }] }),
      user("fred", { password: PASSWORD, groups: ["Frozen Accounts"] }),
    ],
  });
});
after(() => gated?.remove());
const sms = (name) => gated.provisioning.users.find((u) => u.username.startsWith(`${name}@`)).channels.find((c) => c.kind === "sms").address;
const mail = (name) => `${name}@customer.example`;

async function assertSignedIn(result, username) {
  assert.ok(result.isCompleted(), String(result.error?.errorData?.errorDescription ?? result.error));
  assert.equal(result.data.getAccount().username, username);
  const keys = createRemoteJWKSet(new URL(`${gated.origin}/${TENANT}/discovery/v2.0/keys`));
  const { payload } = await jwtVerify(result.data.getIdToken(), keys, { issuer: `${gated.origin}/${TENANT}/v2.0`, audience: CLIENT });
  assert.equal(payload.preferred_username, username);
  const token = await result.data.getAccessToken({ scopes: SCOPES });
  assert.ok(token.isCompleted(), String(token.error));
  await jwtVerify(token.data.accessToken, keys, { audience: AUDIENCE });
}

test("e-mail and password in one call", async () => {
  const app = await makeClient(gated);
  await assertSignedIn(await app.signIn({ scopes: SCOPES, username: mail("otto"), password: PASSWORD }), mail("otto"));
});

test("e-mail first, then the password; a wrong one is told apart", async () => {
  const app = await makeClient(gated);
  const asked = await app.signIn({ scopes: SCOPES, username: mail("otto") });
  assert.ok(asked.isPasswordRequired(), String(asked.error));
  const wrong = await asked.state.submitPassword("incorrect horse battery");
  assert.ok(wrong.isFailed() && wrong.error.isInvalidPassword(), String(wrong.error));
  await assertSignedIn(await asked.state.submitPassword(PASSWORD), mail("otto"));
});

test("a code by e-mail; a wrong one is told apart, a resent one replaces the first", async () => {
  const app = await makeClient(gated);
  const asked = await app.signIn({ scopes: SCOPES, username: mail("resend") });
  assert.ok(asked.isCodeRequired(), String(asked.error));
  assert.equal(asked.state.getCodeLength(), 8);
  const first = await gated.code(mail("resend"));
  const wrong = await asked.state.submitCode(otherCode(first));
  assert.ok(wrong.isFailed() && wrong.error.isInvalidCode(), String(wrong.error));
  const again = await asked.state.resendCode();
  assert.ok(again.isCodeRequired(), String(again.error));
  const second = await gated.code(mail("resend"));
  const replaced = await again.state.submitCode(first === second ? otherCode(first) : first);
  assert.ok(replaced.isFailed() && replaced.error.isInvalidCode());
  await assertSignedIn(await again.state.submitCode(second), mail("resend"));
});

for (const channel of ["email", "sms"]) {
  test(`password, then a second factor by ${channel}`, async () => {
    const app = await makeClient(gated);
    const demanded = await app.signIn({ scopes: SCOPES, username: mail("wanda"), password: PASSWORD });
    assert.ok(demanded.isMfaRequired(), String(demanded.error));
    const method = demanded.state.getAuthMethods().find((m) => m.challenge_channel === channel);
    const challenged = await demanded.state.requestChallenge(method.id);
    assert.ok(challenged.isVerificationRequired(), String(challenged.error));
    assert.equal(challenged.state.getChannel(), channel);
    const code = await gated.code(channel === "email" ? mail("wanda") : sms("wanda"));
    const wrong = await challenged.state.submitChallenge(otherCode(code));
    assert.ok(wrong.isFailed() && wrong.error.isIncorrectChallenge(), String(wrong.error));
    await assertSignedIn(await challenged.state.submitChallenge(code), mail("wanda"));
  });
}

test("a code by e-mail, then SMS", async () => {
  const app = await makeClient(gated);
  const asked = await app.signIn({ scopes: SCOPES, username: mail("wilma") });
  const demanded = await asked.state.submitCode(await gated.code(mail("wilma")));
  assert.ok(demanded.isMfaRequired(), String(demanded.error));
  const [method, ...others] = demanded.state.getAuthMethods();
  assert.equal(others.length, 0);
  const challenged = await demanded.state.requestChallenge(method.id);
  await assertSignedIn(await challenged.state.submitChallenge(await gated.code(sms("wilma"))), mail("wilma"));
});

for (const name of ["nora", "norbert"]) {
  test(`${name} registers a number at first use`, async () => {
    const app = await makeClient(gated);
    let demanded = await app.signIn({ scopes: SCOPES, username: mail(name), password: name === "nora" ? PASSWORD : undefined });
    if (name === "norbert") demanded = await demanded.state.submitCode(await gated.code(mail(name)));
    assert.ok(demanded.isAuthMethodRegistrationRequired(), String(demanded.error));
    const method = demanded.state.getAuthMethods().find((m) => m.challenge_channel === "sms");
    const target = name === "nora" ? "+436605557777" : "+436605556666";
    const challenged = await demanded.state.challengeAuthMethod({ authMethodType: method, verificationContact: target });
    assert.ok(challenged.isVerificationRequired(), String(challenged.error));
    assert.equal(challenged.state.getSentTo(), target);
    const code = await gated.code(target);
    const wrong = await challenged.state.submitChallenge(otherCode(code));
    assert.ok(wrong.isFailed() && wrong.error.isIncorrectChallenge(), String(wrong.error));
    await assertSignedIn(await challenged.state.submitChallenge(code), mail(name));
  });
}

test("a contact that is none is refused as input", async () => {
  const app = await makeClient(gated);
  gated.provisioning.users.push(user("nils", { password: PASSWORD, groups: ["Wealth Clients"], channels: [] }));
  gated.provision();
  const demanded = await app.signIn({ scopes: SCOPES, username: mail("nils"), password: PASSWORD });
  const method = demanded.state.getAuthMethods().find((m) => m.challenge_channel === "sms");
  const refused = await demanded.state.challengeAuthMethod({ authMethodType: method, verificationContact: "call me" });
  assert.ok(refused.isFailed() && refused.error.isInvalidInput(), String(refused.error));
});

test("a blocked sign-in fails with the policy's error", async () => {
  const app = await makeClient(gated);
  const refused = await app.signIn({ scopes: SCOPES, username: mail("fred"), password: PASSWORD });
  assert.ok(refused.isFailed());
  assert.equal(refused.error.errorData.error, "access_denied");
  assert.deepEqual(refused.error.errorData.errorCodes, [53003]);
});

test("an app that cannot ask for a second factor is sent to the browser", async () => {
  const app = await makeClient(gated, { capabilities: [] });
  const refused = await app.signIn({ scopes: SCOPES, username: mail("wanda"), password: PASSWORD });
  assert.ok(refused.isFailed() && refused.error.isRedirectRequired(), String(refused.error));
});

test("tokens are renewed with the refresh token, and signing out empties the cache", async () => {
  const app = await makeClient(gated);
  const result = await app.signIn({ scopes: SCOPES, username: mail("signout"), password: PASSWORD });
  await assertSignedIn(result, mail("signout"));
  const scopes = SCOPES;
  const before = await result.data.getAccessToken({ scopes });
  const renewed = await result.data.getAccessToken({ scopes, forceRefresh: true });
  assert.ok(renewed.isCompleted(), String(renewed.error));
  assert.notEqual(renewed.data.accessToken, before.data.accessToken);
  const again = await result.data.getAccessToken({ scopes, forceRefresh: true });
  assert.ok(again.isCompleted(), "the rotated refresh token was not kept");
  const out = await result.data.signOut();
  assert.ok(out.isCompleted(), String(out.error));
  assert.ok(app.getCurrentAccount().isFailed());
});

test("S19: with the default limits a second sign-in follows at once, and an early resend is an error that the app can show", async () => {
  const strict = await Gated.start({ users: [user("hasty")], sign_in: " " });
  try {
    for (let i = 0; i < 2; ++i) {
      const asked = await (await makeClient(strict)).signIn({ username: mail("hasty") });
      assert.ok(asked.isCodeRequired(), String(asked.error));
      const early = await asked.state.resendCode();
      assert.ok(early.isFailed(), "a second code within a minute of one flow");
      assert.equal(early.error.errorData.error, "invalid_request");
      assert.deepEqual(early.error.errorData.errorCodes, [90055]);
      assert.match(early.error.errorData.errorDescription, /^AADSTS90055: Too many codes were requested/);
      const done = await asked.state.submitCode(await strict.code(mail("hasty")));
      assert.ok(done.isCompleted(), "the refused resend used up neither code nor token");
    }
  } finally {
    await strict.remove();
  }
});

test("B8: a browser that was here before signs in while strangers have the account closed", async () => {
  const deviceKey = randomBytes(32).toString("base64url");
  await assertSignedIn(await (await makeClient(gated, { deviceKey })).signIn({ scopes: SCOPES, username: mail("known"), password: PASSWORD }), mail("known"));
  const wire = new Wire(gated, { headers: { "x-gate-device-key": randomBytes(32).toString("base64url") } });
  const submit = async (password) => {
    const started = await wire.initiate(mail("known"));
    const { continuation_token } = await wire.challenge(started.continuation_token);
    return fetch(`${gated.origin}/${TENANT}/oauth2/v2.0/token`, {
      method: "POST", headers: wire.headers, body: new URLSearchParams({ client_id: CLIENT, grant_type: "password", continuation_token, password, scope: "openid" }),
    });
  };
  for (let i = 0; i < 10; ++i) assert.equal((await submit("a guess")).status, 400);
  const stopped = await submit(PASSWORD);
  assert.equal((await stopped.json()).error_codes[0], 50053, "strangers are not stopped");
  assert.ok(Number(stopped.headers.get("retry-after")) > 0);
  const elsewhere = await (await makeClient(gated)).signIn({ scopes: SCOPES, username: mail("known"), password: PASSWORD });
  assert.ok(elsewhere.isFailed(), "a browser without the key got in");
  // S19: what the library hands to the app.
  assert.deepEqual(elsewhere.error.errorData.errorCodes, [50053]);
  assert.equal(elsewhere.error.errorData.error, "invalid_grant");
  assert.match(elsewhere.error.errorData.errorDescription, /^AADSTS50053: Sign-in is locked/);
  assert.ok(!elsewhere.error.isPasswordIncorrect() && !elsewhere.error.isUserNotFound());
  await assertSignedIn(await (await makeClient(gated, { deviceKey })).signIn({ scopes: SCOPES, username: mail("known"), password: PASSWORD }), mail("known"));
  assert.ok(!gated.log.join("\n").includes(deviceKey));
});
