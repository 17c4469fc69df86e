// Sign-up and password reset through the unmodified @azure/msal-browser custom-auth client.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { Gated, PASSWORD, SCOPES, user } from "./lib/server.mjs";
import { makeClient } from "./lib/msal.mjs";
import { otherCode } from "./lib/wire.mjs";

const CHOSEN = "seven quiet lanterns drift";
const mail = (name) => `${name}@customer.example`;

let gated;
before(async () => {
  gated = await Gated.start({
    tenant: { sign_up: "password" },
    users: [user("rita", { password: PASSWORD }), user("rosa", { password: PASSWORD, groups: ["Wealth Clients"] }), user("taken", { password: PASSWORD })],
  });
});
after(() => gated?.remove());

const ok = (result) => String(result.error?.errorData?.errorDescription ?? result.error);

test("sign-up: code, then password, then tokens without another proof", async () => {
  const app = await makeClient(gated);
  const asked = await app.signUp({ username: mail("newcomer") });
  assert.ok(asked.isCodeRequired(), ok(asked));
  assert.equal(asked.state.getCodeLength(), 8);
  const wrong = await asked.state.submitCode(otherCode(await gated.code(mail("newcomer"))));
  assert.ok(wrong.isFailed() && wrong.error.isInvalidCode(), ok(wrong));
  const again = await asked.state.resendCode();
  assert.ok(again.isCodeRequired(), ok(again));
  const wanted = await again.state.submitCode(await gated.code(mail("newcomer")));
  assert.ok(wanted.isPasswordRequired(), ok(wanted));
  const weak = await wanted.state.submitPassword("short");
  assert.ok(weak.isFailed() && weak.error.isInvalidPassword(), ok(weak));
  const done = await wanted.state.submitPassword(CHOSEN);
  assert.ok(done.isCompleted(), ok(done));
  const signedIn = await done.state.signIn();
  assert.ok(signedIn.isCompleted(), ok(signedIn));
  assert.equal(signedIn.data.getAccount().username, mail("newcomer"));

  const later = await (await makeClient(gated)).signIn({ username: mail("newcomer"), password: CHOSEN });
  assert.ok(later.isCompleted(), ok(later));
});

test("sign-up with the password in the first call", async () => {
  const app = await makeClient(gated);
  const asked = await app.signUp({ username: mail("swift"), password: CHOSEN });
  assert.ok(asked.isCodeRequired(), ok(asked));
  const done = await asked.state.submitCode(await gated.code(mail("swift")));
  assert.ok(done.isCompleted(), ok(done));
});

test("sign-up with a weak password is refused at once", async () => {
  const refused = await (await makeClient(gated)).signUp({ username: mail("weak"), password: "short" });
  assert.ok(refused.isFailed() && refused.error.isInvalidPassword(), ok(refused));
});

test("the owner of the mailbox learns that an account exists", async () => {
  const app = await makeClient(gated);
  const asked = await app.signUp({ username: mail("taken"), password: CHOSEN });
  assert.ok(asked.isCodeRequired(), ok(asked));
  const refused = await asked.state.submitCode(await gated.code(mail("taken")));
  assert.ok(refused.isFailed(), ok(refused));
  assert.equal(refused.error.errorData.error, "user_already_exists");
});

test("password reset: code, new password, polling, tokens", async () => {
  const app = await makeClient(gated);
  const asked = await app.resetPassword({ username: mail("rita") });
  assert.ok(asked.isCodeRequired(), ok(asked));
  const wrong = await asked.state.submitCode(otherCode(await gated.code(mail("rita"))));
  assert.ok(wrong.isFailed() && wrong.error.isInvalidCode(), ok(wrong));
  const again = await asked.state.resendCode();
  const wanted = await again.state.submitCode(await gated.code(mail("rita")));
  assert.ok(wanted.isPasswordRequired(), ok(wanted));
  const old = await wanted.state.submitNewPassword(PASSWORD);
  assert.ok(old.isFailed() && old.error.isInvalidPassword(), ok(old));
  const done = await wanted.state.submitNewPassword(CHOSEN);
  assert.ok(done.isCompleted(), ok(done));
  const signedIn = await done.state.signIn();
  assert.ok(signedIn.isCompleted(), ok(signedIn));

  const withOld = await (await makeClient(gated)).signIn({ username: mail("rita"), password: PASSWORD });
  assert.ok(withOld.isFailed(), "the old password still works");
  const withNew = await (await makeClient(gated)).signIn({ username: mail("rita"), password: CHOSEN });
  assert.ok(withNew.isCompleted(), ok(withNew));
});

test("D4: tokens after a reset need the second factor, and the mailbox is none", async () => {
  const app = await makeClient(gated);
  const asked = await app.resetPassword({ username: mail("rosa") });
  const wanted = await asked.state.submitCode(await gated.code(mail("rosa")));
  const done = await wanted.state.submitNewPassword(CHOSEN);
  assert.ok(done.isCompleted(), ok(done));
  const demanded = await done.state.signIn({ scopes: SCOPES });
  assert.ok(demanded.isMfaRequired(), ok(demanded));
  assert.deepEqual(demanded.state.getAuthMethods().map((m) => m.challenge_channel), ["sms"]);
  const number = gated.provisioning.users.find((u) => u.username === mail("rosa")).channels.find((c) => c.kind === "sms").address;
  assert.match(JSON.stringify(await gated.message(number)), /password of your account .* was changed/, "F6: the phone is told");
  const challenged = await demanded.state.requestChallenge(demanded.state.getAuthMethods()[0].id);
  const signedIn = await challenged.state.submitChallenge(await gated.code(number));
  assert.ok(signedIn.isCompleted(), ok(signedIn));
});
