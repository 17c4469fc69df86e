// Renewal through the unmodified MSAL client: how often it asks, and what it makes of a refusal by policy.
import { after, before, beforeEach, test } from "node:test";
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AUDIENCE, Gated, PASSWORD, RETAIL_BANK, SCOPES, STATEMENTS, eventually, user } from "./lib/server.mjs";
import { makeClient } from "./lib/msal.mjs";

let gated;
let folder;
let names = 0;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "gate-renewal-"));
  cpSync(RETAIL_BANK, folder, { recursive: true });
  const users = Array.from({ length: 6 }, (_, i) => user(`otto${i}`, { password: PASSWORD }));
  gated = await Gated.start({ policies: folder, users });
});
after(async () => {
  await gated?.remove();
  if (folder) rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => put(""));

/** Puts a policy in force beside those of the bank; an empty text takes it away. */
async function put(body) {
  const file = join(folder, "policies/e2e.gate");
  const before = gated.events("policies_loaded").length;
  if (body) writeFileSync(file, `policy "E2E renewal" {\n  users  include all\n  target include all apps\n${body}}\n`);
  else rmSync(file, { force: true });
  gated.child.kill("SIGHUP");
  await eventually("the reload", () => gated.events("policies_loaded").length > before);
  assert.equal((await gated.ready()).policy_files_refused, false);
}
const BLOCK = "  when   flow == refresh\n  grant  block\n";

async function signIn() {
  const app = await makeClient(gated);
  const username = `otto${names++}@customer.example`;
  const result = await app.signIn({ scopes: SCOPES, username, password: PASSWORD });
  assert.ok(result.isCompleted(), String(result.error));
  return { app, username, account: result.data, renew: () => result.data.getAccessToken({ scopes: SCOPES, forceRefresh: true }) };
}
const renewals = () => gated.audit().filter((row) => row.type === "refresh").length;

function assertAsksForInteraction(result, suberror) {
  assert.ok(result.isFailed());
  const { error, subError } = result.error.errorData;
  assert.deepEqual({ error, subError }, { error: "invalid_grant", subError: suberror });
}

/** The account is not stuck: the app signs out, which sends nothing, and in again. */
async function signsInAgain({ app, username, account }) {
  assert.ok((await account.signOut()).isCompleted());
  const again = await app.signIn({ scopes: SCOPES, username, password: PASSWORD });
  assert.ok(again.isCompleted(), String(again.error));
  assert.ok((await again.data.getAccessToken({ scopes: SCOPES, forceRefresh: true })).isCompleted());
}

test("S11: five calls need one access token", async () => {
  const { account } = await signIn();
  const before = renewals();
  const tokens = new Set();
  for (let i = 0; i < 5; ++i) {
    const got = await account.getAccessToken({ scopes: SCOPES });
    assert.ok(got.isCompleted(), String(got.error));
    tokens.add(got.data.accessToken);
  }
  assert.equal(tokens.size, 1);
  assert.equal(renewals(), before);
});

test("S12: a renewal that policy blocks asks for interaction and works again when policy allows", async () => {
  const session = await signIn();
  await put(BLOCK);
  for (let i = 0; i < 2; ++i) {
    const refused = await session.renew();
    assertAsksForInteraction(refused, "message_only");
    assert.deepEqual(refused.error.errorData.errorCodes, [53003]);
  }
  await put("");
  const renewed = await session.renew();
  assert.ok(renewed.isCompleted(), String(renewed.error));
  await put(BLOCK);
  assertAsksForInteraction(await session.renew(), "message_only");
  await put("");
  await signsInAgain(session);
});

test("S12: a policy that ends all sessions makes MSAL drop its refresh token", async () => {
  const session = await signIn();
  await put(`${BLOCK}  session revoke_all\n`);
  assertAsksForInteraction(await session.renew(), "bad_token");
  const before = renewals();
  await put("");
  const local = await session.renew();
  assert.equal(local.error.errorData.error, "no_tokens_found");
  assert.equal(renewals(), before, "it asked once more with a token that is dead");
  await signsInAgain(session);
});

test("S12: a demand for a fresh sign-in asks for interaction too", async () => {
  const session = await signIn();
  await put("  when   flow == refresh\n  grant  require strength NativeMfa\n");
  const refused = await session.renew();
  assert.ok(refused.isFailed());
  assert.equal(refused.error.errorData.error, "interaction_required");
  assert.equal(refused.error.errorData.subError, "basic_action");
  await put("");
  await signsInAgain(session);
});

test("S5: a renewal is for the API that it names, and never for one that the sign-in did not name", async () => {
  const session = await signIn();
  const claims = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
  assert.equal(claims((await session.renew()).data.accessToken).aud, AUDIENCE);
  const other = await session.account.getAccessToken({ scopes: [STATEMENTS] });
  assert.ok(other.isFailed());
  assert.equal(other.error.errorData.error, "invalid_scope");
  assert.ok((await session.renew()).isCompleted(), "the session goes on");
});
