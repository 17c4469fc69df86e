// All flows through a client that reads as MSAL for iOS and Android do (lib/strict_client.mjs): what those SDKs would report as an
// unexpected answer fails here. Their code does not run on this machine; what they demand is in docs/reference/native-auth-api.md.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { randomBytes } from "node:crypto";
import { ACCOUNTS, CLIENT, DOMAIN, Gated, PASSWORD, TENANT, user } from "./lib/server.mjs";
import { ANSWERS, PATHS, StrictClient, Undecodable, decode } from "./lib/strict_client.mjs";
import { otherCode } from "./lib/wire.mjs";

const CHOSEN = "seven quiet lanterns drift";
const SHOP = "7b7f6f5e-0001-4a6c-9d1e-0000000000b2";
const SHOP_CLIENT = "7b7f6f5e-0002-4a6c-9d1e-0000000000c2";
const mail = (name) => `${name}@customer.example`;
const wealth = { password: PASSWORD, groups: ["Wealth Clients"] };
const accounts = (platform) => [
  user(`code-${platform}`), user(`pass-${platform}`, { password: PASSWORD }), user(`wanda-${platform}`, wealth),
  user(`nora-${platform}`, { ...wealth, channels: [] }), user(`rita-${platform}`, { password: PASSWORD }), user(`rosa-${platform}`, wealth),
  user(`fred-${platform}`, { password: PASSWORD, groups: ["Frozen Accounts"] }), user(`tess-${platform}`), user(`lena-${platform}`, { password: PASSWORD }),
];
let gated;
before(async () => {
  gated = await Gated.start({
    tenant: { sign_up: "password", attributes: [{ name: "displayName", required: true }, { name: "postalCode", regex: "[0-9]{4,5}", required: true }, { name: "city" }] },
    users: [...accounts("ios"), ...accounts("android")],
  });
  gated.provisioning.tenants.push({ id: SHOP, name: "Shop", domain: "shop.example", sign_up: "code" });
  gated.provisioning.clients.push({ tenant_id: SHOP, client_id: SHOP_CLIENT, name: "shop-app" });
  gated.provision();
});
after(() => gated?.remove());
const sms = (name) => gated.provisioning.users.find((u) => u.username === mail(name)).channels.find((c) => c.kind === "sms").address;
function assertKind(answer, kind) {
  assert.equal(answer.kind, kind, JSON.stringify(answer));
  return answer;
}
function assertReaction(answer, reaction) {
  assert.equal(answer.reaction, reaction, JSON.stringify(answer));
  return answer;
}
const assertTokens = (answer) => assertKind(answer, "tokens");

for (const platform of ["ios", "android"]) {
  const named = (name) => `${name}-${platform}`;
  const open = (more) => new StrictClient(gated, { platform, ...more });

  test(`${platform}: a code by e-mail, a wrong one, a resend, a renewal`, async () => {
    const app = open();
    const asked = assertKind(await app.signIn(mail(named("code"))), "code");
    assert.equal(asked.body.code_length, 8);
    const first = await gated.code(mail(named("code")));
    assert.equal(first.length, asked.body.code_length);
    assertReaction(await app.submitCode(otherCode(first)), "invalid code");
    assertKind(await app.resend(), "code");
    const second = await gated.code(mail(named("code")));
    if (first !== second) assertReaction(await app.submitCode(first), "invalid code");
    const tokens = assertTokens(await app.submitCode(second)).body;
    const renewed = assertTokens(await app.refresh(tokens.refresh_token)).body;
    assert.notEqual(renewed.refresh_token, tokens.refresh_token);
    const claims = JSON.parse(Buffer.from(renewed.id_token.split(".")[1], "base64url"));
    const { uid, utid } = JSON.parse(Buffer.from(renewed.client_info, "base64url"));
    // The account of the cache is `uid.utid`, and it has to be the one of the ID token (8).
    assert.deepEqual([uid, utid], [claims.oid, claims.tid]);
    assertReaction(await app.refresh("not a token"), "general");
    assertReaction(await app.refresh(renewed.refresh_token, "openid api://nobody/read"), "invalid scope");
  });

  test(`${platform}: a password, a wrong one; the tenant by its domain, with the query that the SDKs may add`, async () => {
    const app = open({ tenant: DOMAIN, query: "?dc=ESTS-PUB-WEULR1-AZ1-FD000-TEST1" });
    assertKind(await app.signIn(mail(named("pass"))), "password");
    assertReaction(await app.submitPassword("incorrect horse"), "wrong password");
    assertTokens(await app.submitPassword(PASSWORD));
  });

  test(`${platform}: a second factor: introspect first, another method, a wrong code`, async () => {
    const app = open();
    await app.signIn(mail(named("wanda")));
    assertReaction(await app.submitPassword(PASSWORD), "second factor required");
    assertReaction(await app.requestChallenge(), "introspect first");
    const { methods } = assertKind(await app.getMethods(), "methods").body;
    assert.deepEqual(methods.map((m) => m.challenge_channel).sort(), ["email", "sms"]);
    for (const method of methods) assert.match(method.login_hint, /\*/, "a hint to choose by");
    const challenge = async (channel, address) => {
      const asked = assertKind(await app.requestChallenge(methods.find((m) => m.challenge_channel === channel).id), "code");
      assert.equal(asked.body.challenge_channel, channel);
      return gated.code(address);  // before the next one: a code that was replaced is not sent any more
    };
    const byMail = await challenge("email", mail(named("wanda")));
    const bySms = await challenge("sms", sms(named("wanda")));
    if (byMail !== bySms) assertReaction(await app.submitChallenge(byMail), "invalid code");
    assertKind(await app.requestChallenge(), "code");  // a resend names no method
    const tokens = assertTokens(await app.submitChallenge(await gated.code(sms(named("wanda")))));
    assertTokens(await app.refresh(tokens.body.refresh_token));
  });

  test(`${platform}: a client that cannot do a second factor is sent to the web`, async () => {
    for (const capabilities of ["", "registration_required"]) {
      const app = open({ capabilities });
      await app.signIn(mail(named("wanda")));
      assertKind(await app.submitPassword(PASSWORD), "redirect");
    }
    assertKind(await open({ types: "oob redirect" }).signIn(mail(named("pass"))), "redirect");
    assertReaction(await open({ types: "oob password" }).signIn(mail(named("pass"))), "unsupported challenge type");
  });

  test(`${platform}: a phone is registered at first use; tokens follow, and never a second demand`, async () => {
    const number = platform === "ios" ? "+436605551001" : "+436605551002";
    const app = open();
    await app.signIn(mail(named("nora")));
    assertReaction(await app.submitPassword(PASSWORD), "registration required");
    const { methods } = assertKind(await app.getRegistrations(), "methods").body;
    const phone = methods.find((m) => m.challenge_channel === "sms");
    assertReaction(await app.register(phone, "call me"), "invalid contact");
    const asked = assertKind(await app.register(phone, number), "registration");
    assert.equal(asked.body.challenge_target, number);
    const first = await gated.code(number);
    assertKind(await app.register(phone, number), "registration");  // a resend is the same call with the newest token
    const code = await gated.code(number);
    if (first !== code) assertReaction(await app.submitRegistration(first), "invalid code");
    assertReaction(await app.submitRegistration(otherCode(code)), "invalid code");
    assertTokens(await app.submitRegistration(code));
  });

  test(`${platform}: sign-up with a password and attributes`, async () => {
    const name = mail(named("newcomer"));
    const app = open();
    assertReaction(await app.signUp(name, { password: "short" }), "invalid password");
    assertReaction(await app.signUp(name, { attributes: { postalCode: "none" } }), "invalid attributes");
    assertReaction(await app.signUp("not an address"), "invalid username");
    assertKind(await app.signUp(name), "code");
    const code = await gated.code(name);
    assertReaction(await app.submitSignUpCode(otherCode(code)), "invalid code");
    assertKind(await app.submitSignUpCode(code), "password");
    for (const weak of ["short", "aaaaaaaaaaaa", `${named("newcomer")}!!`, "x".repeat(300)]) assertReaction(await app.submitSignUpPassword(weak), "invalid password");
    const wanted = assertReaction(await app.submitSignUpPassword(CHOSEN), "attributes required").body.required_attributes;
    assert.deepEqual(wanted.map((a) => [a.name, a.required]), [["displayName", true], ["postalCode", true]]);
    assert.equal(wanted[1].options.regex, "[0-9]{4,5}");
    assertReaction(await app.submitAttributes({ displayName: "New Comer", postalCode: "none" }), "invalid attributes");
    assertReaction(await app.submitAttributes({ displayName: "New Comer" }), "attributes required");
    assertKind(await app.submitAttributes({ displayName: "New Comer", postalCode: "1010", city: "Wien" }), "flow");
    assertTokens(await app.signInAfter(name));
    // Its owner is told that the name is taken, after the code (6.1).
    const again = open();
    assertKind(await again.signUp(name, { password: CHOSEN }), "code");
    assertReaction(await again.submitSignUpCode(await gated.code(name)), "user already exists");
  });

  test(`${platform}: sign-up by a code alone`, async () => {
    const name = mail(named("visitor"));
    const app = open({ tenant: SHOP, client: SHOP_CLIENT });
    assertReaction(await app.signUp(name, { password: CHOSEN }), "authentication method not supported");
    assertKind(await app.signUp(name), "code");
    assertKind(await app.submitSignUpCode(await gated.code(name)), "flow");
    assertTokens(await app.signInAfter(name, "openid profile offline_access"));
  });

  test(`${platform}: a reset: the present password, a weak one, polling, tokens; a second factor stays one`, async () => {
    const app = open();
    assertKind(await app.resetPassword(mail(named("rita"))), "code");
    const code = await gated.code(mail(named("rita")));
    assertReaction(await app.submitResetCode(otherCode(code)), "invalid code");
    assertKind(await app.submitResetCode(code), "proven");
    for (const refused of [PASSWORD, "short"]) assertReaction(await app.submitNewPassword(refused), "invalid password");
    assertKind(await app.submitNewPassword(CHOSEN), "polled");
    assertTokens(await app.signInAfter(mail(named("rita"))));

    const rosa = open();
    await rosa.resetPassword(mail(named("rosa")));
    await rosa.submitResetCode(await gated.code(mail(named("rosa"))));
    assertKind(await rosa.submitNewPassword(CHOSEN), "polled");
    assertReaction(await rosa.signInAfter(mail(named("rosa"))), "second factor required");
    const { methods } = assertKind(await rosa.getMethods(), "methods").body;
    await gated.message(sms(named("rosa")));  // the notice of the change
    assertKind(await rosa.requestChallenge(methods[0].id), "code");
    assertTokens(await rosa.submitChallenge(await gated.code(sms(named("rosa")))));
  });

  test(`${platform}: refusals: blocked, out of tries, locked, used up, no such client`, async () => {
    const fred = open();
    await fred.signIn(mail(named("fred")));
    assertReaction(await fred.submitPassword(PASSWORD), "general");

    const tess = open();
    await tess.signIn(mail(named("tess")));
    const code = await gated.code(mail(named("tess")));
    let last, guess = code;
    // Another guess each time: the same bytes are the same request (T4).
    for (let tries = 0; tries < 11 && last?.reaction !== "start over"; ++tries) last = await tess.submitCode(guess = otherCode(guess));
    assertReaction(last, "start over");
    assertReaction(await tess.submitCode(code), "start over");

    for (let tries = 0; tries < 10; ++tries) {
      const lena = open();
      await lena.signIn(mail(named("lena")));
      last = await lena.submitPassword(`guess ${tries}`);
    }
    const lena = open();
    await lena.signIn(mail(named("lena")));
    last = assertReaction(await lena.submitPassword(PASSWORD), "general");
    // S19: the SDKs hand the text to the app.
    assert.deepEqual(last.body.error_codes, [50053]);
    assert.ok(Number(last.retryAfter) > 0);

    const used = open();
    await used.signIn(mail(named("code")));
    await gated.code(mail(named("code")));
    const old = used.token;
    await used.resend();
    used.token = old;
    assertReaction(await used.submitCode("12345678"), "general");
    used.token = "forged";
    assertReaction(await used.resend(), "general");
    assertReaction(await open({ client: "7b7f6f5e-0002-4a6c-9d1e-0000000000ff" }).signIn(mail("x")), "unauthorized client");
    assertReaction(await open({ client: "" }).signIn(mail("x")), "unauthorized client");
    assertReaction(await open({ tenant: "nobody.example" }).signIn(mail("x")), "general");
    assertReaction(await open({ headers: { "x-gate-device-key": "short" } }).signIn(mail("x")), "general");
  });
}

test("an early resend is an error that the app can show", async () => {
  const strict = await Gated.start({ users: [user("hasty")], sign_in: " " });
  try {
    const app = new StrictClient(strict, { headers: { "x-gate-device-key": randomBytes(32).toString("base64url") } });
    assertKind(await app.signIn(mail("hasty")), "code");
    const early = assertReaction(await app.resend(), "general");
    assert.deepEqual(early.body.error_codes, [90055]);
    assert.ok(Number(early.retryAfter) > 0);
    assertTokens(await app.getTokens({ grant_type: "oob", oob: await strict.code(mail("hasty")), scope: `openid offline_access ${ACCOUNTS}` }));
  } finally {
    await strict.remove();
  }
});

/** The answers of POST requests in tests/exchanges/, with 200 and 400. */
function* recorded() {
  const folder = new URL("../exchanges/", import.meta.url);
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".txt") && name !== "CMakeLists.txt")) {
    let path, status;
    for (const line of readFileSync(new URL(file, folder), "utf8").split("\n")) {
      const request = /^> POST (?:~|\/[\w.-]+)(\/[\w./]+)/.exec(line);
      if (request) [path, status] = [request[1], undefined];
      else if (/^> [A-Z]+ |^\* messages|^===/.test(line)) path = undefined;
      else if (/^< \d{3}$/.test(line)) status = Number(line.slice(2));
      else if (path && line.startsWith("< {") && PATHS.includes(path) && [200, 400].includes(status)) yield { file, path, status, text: line.slice(2) };
    }
  }
}

test("every answer that is recorded in tests/exchanges can be decoded", () => {
  // Names of random values stand in for them; a JWT and client_info keep their form.
  const filled = (text) => JSON.parse(text.replaceAll(/«id token \d+»/g, "e30.e30.e30"));
  const seen = {};
  const reactions = new Set();
  for (const { file, path, status, text } of recorded()) {
    const body = filled(text);
    // The mobile SDKs always ask for offline_access; recordings without it have no refresh token.
    if (body.access_token && !body.scope.includes("offline_access")) body.refresh_token = "none was asked for";
    const answer = decode(path, status, body);
    seen[answer.kind] = (seen[answer.kind] ?? 0) + 1;
    if (answer.reaction) reactions.add(answer.reaction);
    assert.ok(answer.kind, file);
  }
  assert.deepEqual(Object.keys(seen).sort(), Object.keys(ANSWERS).sort(), "a kind of answer is not recorded");
  for (const reaction of ["user not found", "user already exists", "user has no password", "method blocked", "introspect first", "invalid contact", "start over", "attributes required"]) {
    assert.ok(reactions.has(reaction), reaction);
  }
});

test("the client notices what the SDKs would not understand", () => {
  const refused = (path, status, body, why) => assert.throws(() => decode(path, status, body), Undecodable, why);
  const good = new Map();
  for (const { path, status, text } of recorded()) {
    const body = JSON.parse(text.replaceAll(/«id token \d+»/g, "e30.e30.e30"));
    if (body.access_token && !body.refresh_token) continue;
    const { kind } = decode(path, status, body);
    if (!good.has(kind)) good.set(kind, { path, body });
  }
  let planted = 0;
  for (const [kind, { path, body }] of good) {
    const status = kind === "error" ? 400 : 200;
    for (const other of [201, 204, 401, 403, 404, 429, 500, status === 200 ? 400 : 200]) refused(path, other, body, `${kind} with ${other}`);
    for (const nothing of [null, [], "text"]) refused(path, status, nothing, kind);
    for (const [name, check] of Object.entries(ANSWERS[kind].members)) {
      const bad = [null, 7.5, {}, "  "].filter((value) => !check(value));
      if (!check(undefined)) bad.push(undefined);
      assert.ok(bad.length > 0, `${kind}.${name} is never refused`);
      // Another challenge_type makes another kind of it.
      for (const value of bad.filter((v) => name !== "challenge_type" || v !== undefined)) {
        refused(path, status, { ...body, [name]: value }, `${kind}.${name} = ${JSON.stringify(value)}`);
        ++planted;
      }
    }
  }
  assert.ok(planted > 60, String(planted));
  const error = { error: "invalid_grant", error_description: "x", error_codes: [50076] };
  refused("/oauth2/v2.0/token", 400, { ...error, suberror: "mfa_required" }, "mfa_required without a token");
  refused("/oauth2/v2.0/token", 400, { ...error, error_codes: ["50076"] }, "a code that is a text");
  refused("/signup/v1.0/continue", 400, { ...error, error: "attributes_required", continuation_token: "t" }, "no list of attributes");
  refused("/signup/v1.0/continue", 400, { ...error, error: "attributes_required", continuation_token: "t", required_attributes: [{ name: "a", type: "string" }] }, "`required` is missing");
  refused("/signup/v1.0/start", 400, { ...error, suberror: "attribute_validation_failed", invalid_attributes: [] }, "an empty list");
  refused("/oauth2/v2.0/introspect", 200, { continuation_token: "t", methods: [] }, "no method");
  refused("/oauth2/v2.0/introspect", 200, { continuation_token: "t", methods: [{ id: "1", challenge_type: "fido", challenge_channel: "sms", login_hint: "x" }] }, "an unknown challenge type");
  refused("/register/v1.0/challenge", 200, { continuation_token: "t", challenge_type: "preverified" }, "preverified without the contact");
  // The first code alone counts.
  assert.equal(decode("/oauth2/v2.0/token", 400, { ...error, error_codes: [50126, 50076] }).reaction, "wrong password");
  assert.equal(decode("/oauth2/v2.0/token", 400, { ...error, error_codes: [50076, 50126] }).reaction, "general");
  assert.equal(decode("/oauth2/v2.0/token", 400, { ...error, error: "invalid_request", error_codes: [50142] }).reaction, "password reset required");
});
