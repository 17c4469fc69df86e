// What may go wrong with a code or a continuation token, and the limits that survive the death of the process.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { DOMAIN, Gated, PASSWORD, user } from "./lib/server.mjs";
import { SCOPE, Wire, assertNoTokens, assertSuberror, assertTokens, otherCode } from "./lib/wire.mjs";

let gated;
let wire;
const names = ["wrong", "replaced", "expired", "race", "mine", "yours", "guess", "killed", "raced", "lost", "repeated"];
before(async () => {
  gated = await Gated.start({ users: [...names.map((name) => user(name)), user("stopped", { password: PASSWORD }), user("pat", { password: PASSWORD, groups: ["Wealth Clients"] })] });
  wire = new Wire(gated);
});
after(() => gated?.remove());
const mail = (name) => `${name}@customer.example`;

test("a wrong code is refused, and the token stays good for the right one", async () => {
  const challenged = await wire.askForCode(mail("wrong"));
  const code = await gated.code(mail("wrong"));
  assertSuberror(await wire.token("oob", challenged.continuation_token, { oob: otherCode(code) }), "invalid_oob_value");
  assertTokens(await wire.token("oob", challenged.continuation_token, { oob: code }));
});

test("A7: a replaced code is dead, the new one works", async () => {
  const first = await wire.askForCode(mail("replaced"));
  const old = await gated.code(mail("replaced"));
  const second = await wire.challenge(first.continuation_token);
  const fresh = await gated.code(mail("replaced"));
  assert.notEqual(second.continuation_token, first.continuation_token);
  assertSuberror(await wire.token("oob", second.continuation_token, { oob: old }), "invalid_oob_value");
  assertTokens(await wire.token("oob", second.continuation_token, { oob: fresh }));
});

test("A3: a code dies after ten minutes on the server's clock, not before", async () => {
  const early = await wire.askForCode(mail("expired"));
  const code = await gated.code(mail("expired"));
  gated.setClock(590);
  assertTokens(await wire.token("oob", early.continuation_token, { oob: code }));
  gated.setClock(0);
  const late = await wire.askForCode(mail("expired"));
  const second = await gated.code(mail("expired"));
  gated.setClock(610);
  const answer = await wire.token("oob", late.continuation_token, { oob: second });
  assert.ok(["invalid_grant", "expired_token"].includes(answer.error), JSON.stringify(answer));
  assertNoTokens(answer);
  gated.setClock(0);
});

test("C5: a continuation token works once", async () => {
  const challenged = await wire.askForCode(mail("mine"));
  const code = await gated.code(mail("mine"));
  assertTokens(await wire.token("oob", challenged.continuation_token, { oob: code }));
  const replayed = await wire.token("oob", challenged.continuation_token, { oob: code });
  assert.ok(replayed.error, "a second use was accepted");
  assertNoTokens(replayed);
  const reused = await wire.challenge(challenged.continuation_token);
  assert.ok(reused.error);
});

test("A4: of 64 parallel submits of the right code one wins", async () => {
  const challenged = await wire.askForCode(mail("race"));
  const oob = await gated.code(mail("race"));
  const answers = await Promise.all(Array.from({ length: 64 }, () => wire.token("oob", challenged.continuation_token, { oob })));
  assert.equal(answers.filter((a) => a.access_token).length, 1);
  answers.filter((a) => !a.access_token).forEach(assertNoTokens);
});

test("T4: 64 equal requests for a code send one, and 64 equal submits are one sign-in", async () => {
  const started = await wire.initiate(mail("repeated"));
  const ask = { continuation_token: started.continuation_token, challenge_type: "oob redirect" };
  const sent = await Promise.all(Array.from({ length: 64 }, () => wire.send("/oauth2/v2.0/challenge", ask)));
  for (const one of sent) assert.deepEqual(one, sent[0]);
  const oob = await gated.code(mail("repeated"));
  const submit = { grant_type: "oob", continuation_token: sent[0].continuation_token, oob, scope: SCOPE, client_info: "1" };
  const rows = gated.audit().length;
  const answers = await Promise.all(Array.from({ length: 64 }, () => wire.send("/oauth2/v2.0/token", submit)));
  assertTokens(answers[0]);
  for (const one of answers) assert.deepEqual(one, answers[0]);
  assert.equal(gated.audit().length, rows + 1);
  assert.equal(gated.messages(mail("repeated")).length, 1);
  assert.equal((await wire.token("oob", sent[0].continuation_token, { oob })).error_codes[0], 55200, "other bytes with the used token");
});

test("T4: the answers of a killed server are given again by the next one", async () => {
  const started = await wire.initiate(mail("lost"));
  const ask = { continuation_token: started.continuation_token, challenge_type: "oob redirect" };
  const sent = await wire.send("/oauth2/v2.0/challenge", ask);
  const oob = await gated.code(mail("lost"));
  await gated.stop("SIGKILL");
  await gated.run();
  assert.deepEqual(await wire.send("/oauth2/v2.0/challenge", ask), sent);
  const submit = { grant_type: "oob", continuation_token: sent.continuation_token, oob, scope: SCOPE, client_info: "1" };
  const tokens = await wire.send("/oauth2/v2.0/token", submit);
  assertTokens(tokens);
  await gated.stop("SIGKILL");
  await gated.run();
  assert.deepEqual(await wire.send("/oauth2/v2.0/token", submit), tokens);
  assertTokens(await wire.refresh(tokens.refresh_token));
  assert.equal(gated.messages(mail("lost")).length, 1);
  gated.setClock(11);
  assert.equal((await wire.send("/oauth2/v2.0/token", submit)).error_codes[0], 55200, "after ten seconds it is forgotten");
  gated.setClock(0);
});

test("A5: a code is bound to its flow", async () => {
  const mine = await wire.askForCode(mail("mine"));
  await gated.code(mail("mine"));
  await wire.askForCode(mail("yours"));
  const theirs = await gated.code(mail("yours"));
  assertSuberror(await wire.token("oob", mine.continuation_token, { oob: theirs }), "invalid_oob_value");
});

test("C1: no other grant, step or token gets past the second factor", async () => {
  const demanded = await wire.withPassword(mail("pat"), PASSWORD);
  assertSuberror(demanded, "mfa_required");
  const held = demanded.continuation_token;
  for (const answer of [
    await wire.token("continuation_token", held), await wire.token("password", held, { password: PASSWORD }),
    await wire.token("oob", held, { oob: "12345678" }), await wire.token("mfa_oob", held, { oob: "12345678" }),
    await wire.registerContinue(held, "12345678"), await wire.refresh(held),
    await wire.token("oob", `${held}x`, { oob: "12345678" }), await wire.token("client_credentials", held),
  ]) {
    assert.ok(answer.error, JSON.stringify(answer));
    assertNoTokens(answer);
  }
});

test("B1, B4, B7: five wrong codes end the challenge, across kill -9 and restart", async () => {
  const challenged = await wire.askForCode(mail("killed"));
  const code = await gated.code(mail("killed"));
  for (let i = 0; i < 3; ++i) {
    assertSuberror(await wire.token("oob", challenged.continuation_token, { oob: otherCode(code) }), "invalid_oob_value");
  }
  await gated.stop("SIGKILL");
  await gated.run();
  for (let i = 0; i < 2; ++i) {
    assertNoTokens(await wire.token("oob", challenged.continuation_token, { oob: otherCode(code) }));
  }
  const answer = await wire.token("oob", challenged.continuation_token, { oob: code });
  assert.ok(answer.error, "the right code came after five wrong ones");
  assertNoTokens(answer);
});

test("B3: who was stopped by wrong passwords may try again when an operator says so", async () => {
  const wrong = async () => {
    const started = await wire.initiate(mail("stopped"));
    const challenged = await wire.challenge(started.continuation_token);
    return gated.fetchToken({ client_id: wire.client, grant_type: "password", continuation_token: challenged.continuation_token, password: "guess", scope: "openid" });
  };
  let answer;
  for (let i = 0; i < 11; ++i) answer = await wrong();
  assert.equal(answer.status, 400);
  assert.equal((await answer.json()).error_codes[0], 50053);
  assert.ok(Number(answer.headers.get("retry-after")) > 0);
  assert.equal(gated.command("unlock", DOMAIN, "nobody@customer.example").status, 1);
  const done = gated.command("unlock", DOMAIN, mail("stopped"));
  assert.equal(done.status, 0, done.stderr);
  assertTokens(await wire.withPassword(mail("stopped"), PASSWORD));
  assert.equal(gated.audit().at(-2).type, "unlock");
});

test("B2: ten wrong codes end the flow, however often a new code is asked for", async () => {
  let challenged = await wire.askForCode(mail("guess"));
  let refused = 0;
  for (let round = 0; round < 4 && challenged.continuation_token; ++round) {
    const code = await gated.code(mail("guess"));
    for (let i = 0; i < 4; ++i) {
      const answer = await wire.token("oob", challenged.continuation_token, { oob: otherCode(code) });
      assertNoTokens(answer);
      refused += answer.suberror === "invalid_oob_value" ? 1 : 0;
    }
    challenged = await wire.challenge(challenged.continuation_token);
  }
  assert.ok(challenged.error, "the flow is still alive after sixteen wrong codes");
  assert.ok(refused <= 10, `${refused} codes were evaluated`);
});

test("a token that was used survives a kill: it stays used", async () => {
  const challenged = await wire.askForCode(mail("raced"));
  const oob = await gated.code(mail("raced"));
  assertTokens(await wire.token("oob", challenged.continuation_token, { oob }));
  await gated.stop("SIGKILL");
  await gated.run();
  assertNoTokens(await wire.token("oob", challenged.continuation_token, { oob }));
});
