// Two processes of gated on one PostgreSQL database: what one did, the other knows, and the death of one loses nothing.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Gated, PASSWORD, TENANT, user } from "./lib/server.mjs";
import { newSchema } from "./lib/postgres.mjs";
import { SCOPE, Wire, assertNoTokens, assertSuberror, assertTokens, otherCode } from "./lib/wire.mjs";

const KILLS = Number(process.env.GATE_KILLS ?? 10);
const CLIENTS = 4;
const names = ["shared", "race", "tries", "renewed", "revoked", "audited"];
const clients = Array.from({ length: CLIENTS }, (_, i) => user(`client${i}`));
const mail = (name) => `${name}@customer.example`;

let folder;
let nodes;
let wires;
let missing;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "gate-nodes-"));
  const url = await newSchema();
  if (!url) {
    missing = "PostgreSQL is not installed";
    return;
  }
  nodes = ["a", "b"].map((name) => {
    const node = Gated.prepare({
      users: [...names.map((each) => user(each)), user("known", { password: PASSWORD }), ...clients],
      store: `[store]\nurl = "${url}"\nnode = "${name}"\n[keys]\nmaster_key_file = "${folder}/master.key"`,
      sign_in: "resend_seconds = 0\nsends_per_hour = 1000000\nsends_per_day = 1000000",
      deliver: `[delivery]\nemail = "outbox"\nsms = "outbox"\noutbox_file = "${folder}/outbox.jsonl"`,
    });
    node.outbox = join(folder, "outbox.jsonl");
    mkdirSync(join(node.folder, "data"), { mode: 0o700 });
    return node;
  });
  // Codes come from one file, so that one reader counts them.
  nodes[1].readLines = nodes[0].readLines;
  assert.equal(nodes[0].command("generate-key").status, 0);
  wires = nodes.map((node) => new Wire(node));
});
after(async () => {
  for (const node of nodes ?? []) if (node.child) await node.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function keysOf(node) { return (await fetch(`${node.origin}/${TENANT}/discovery/v2.0/keys`)).json(); }

test("two nodes that start together on an empty database have the same signing keys", async (t) => {
  if (missing) return t.skip(missing);
  await Promise.all(nodes.map((node) => node.run()));
  nodes[0].provision();
  const [a, b] = await Promise.all(nodes.map(keysOf));
  assert.equal(a.keys.length, 1);
  assert.deepEqual(a, b);
});

test("a flow that one node began goes on at the other", async (t) => {
  if (missing) return t.skip(missing);
  const started = await wires[0].initiate(mail("shared"));
  const challenged = await wires[1].challenge(started.continuation_token);
  assertTokens(await wires[0].token("oob", challenged.continuation_token, { oob: await nodes[0].code(mail("shared")) }));
});

test("T1: of 32 submits of one code to two nodes one wins", async (t) => {
  if (missing) return t.skip(missing);
  const challenged = await wires[0].askForCode(mail("race"));
  const oob = await nodes[0].code(mail("race"));
  const answers = await Promise.all(Array.from({ length: 32 }, (_, i) => wires[i % 2].token("oob", challenged.continuation_token, { oob })));
  assert.equal(answers.filter((a) => a.access_token).length, 1);
  answers.filter((a) => !a.access_token).forEach(assertNoTokens);
});

test("B1: wrong tries are counted over both nodes", async (t) => {
  if (missing) return t.skip(missing);
  const challenged = await wires[0].askForCode(mail("tries"));
  const oob = await nodes[0].code(mail("tries"));
  for (let i = 0; i < 5; i++) {
    assertSuberror(await wires[i % 2].token("oob", challenged.continuation_token, { oob: otherCode(oob) }), "invalid_oob_value");
  }
  for (const wire of wires) assertNoTokens(await wire.token("oob", challenged.continuation_token, { oob }));
});

test("E3: a refresh token is used once on both nodes together", async (t) => {
  if (missing) return t.skip(missing);
  const first = await wires[0].withCode(mail("renewed"));
  assertTokens(first);
  const second = await wires[1].refresh(first.refresh_token);
  assertTokens(second);
  nodes.forEach((node) => node.setClock(11));
  assert.equal((await wires[0].refresh(first.refresh_token)).error, "invalid_grant");
  assert.equal((await wires[1].refresh(second.refresh_token)).error, "invalid_grant");
  nodes.forEach((node) => node.setClock(0));
});

test("T6: nothing is issued on a node after another command disabled the user", async (t) => {
  if (missing) return t.skip(missing);
  const tokens = await wires[0].withCode(mail("revoked"));
  assertTokens(tokens);
  const challenged = await wires[1].askForCode(mail("revoked"));
  const oob = await nodes[0].code(mail("revoked"));
  const document = structuredClone(nodes[0].provisioning);
  document.users.find((each) => each.username === mail("revoked")).enabled = false;
  nodes[0].provision(document);
  for (const wire of wires) {
    assert.equal((await wire.refresh(tokens.refresh_token)).error, "invalid_grant");
    assertNoTokens(await wire.token("oob", challenged.continuation_token, { oob }));
  }
});

/** Sends until it is answered, to whichever node is up. Equal fields are equal bytes, so a repeat is recognised (T4). */
async function answered(path, fields) {
  for (let i = 0; i < 200; i++) {
    const wire = wires[Math.floor(Math.random() * wires.length)];
    try {
      const response = await fetch(`${wire.gated.origin}/${TENANT}${path}`, { method: "POST", body: new URLSearchParams({ client_id: wire.client, ...fields }) });
      if (response.status !== 503) return await response.json();
    } catch { /* the node was killed */ }
    await pause(20);
  }
  throw new Error(`no answer from ${path}`);
}

/** The next code for `address`; nothing when the node that was to send it was killed, and its lease has to run out first. */
async function codeSoon(address) {
  for (let i = 0; i < 100; i++) {
    const mine = nodes[0].messages(address);
    if (mine.length > (seen.get(address) ?? 0)) {
      seen.set(address, mine.length);
      return mine.at(-1).code;
    }
    await pause(20);
  }
  return undefined;
}
const seen = new Map();

test("T2, T4: nodes that are killed lose nothing, and nothing is used twice", async (t) => {
  if (missing) return t.skip(missing);
  let serial = 0;
  let over = false;
  const signedIn = [];
  const client = async (address) => {
    const more = () => ({ unknown: `k${++serial}` });
    while (!over) {
      const started = await answered("/oauth2/v2.0/initiate", { username: address, challenge_type: "password oob redirect", capabilities: "mfa_required registration_required", ...more() });
      const challenged = await answered("/oauth2/v2.0/challenge", { continuation_token: started.continuation_token, challenge_type: "password oob redirect", ...more() });
      if (!challenged.continuation_token) continue;
      const oob = await codeSoon(address);
      if (!oob) continue;
      const submit = { grant_type: "oob", continuation_token: challenged.continuation_token, oob, scope: SCOPE, client_info: "1" };
      const answers = await Promise.all([answered("/oauth2/v2.0/token", { ...submit, ...more() }), answered("/oauth2/v2.0/token", { ...submit, ...more() })]);
      const won = answers.filter((each) => each.access_token);
      assert.ok(won.length <= 1, "a code was used twice");
      if (won.length === 0) continue; // a late code of an earlier flow, or a repeated request after its ten seconds
      const next = await answered("/oauth2/v2.0/token", { grant_type: "refresh_token", refresh_token: won[0].refresh_token, scope: SCOPE, client_info: "1", ...more() });
      assertTokens(next);
      signedIn.push(next.refresh_token);
    }
  };
  const running = clients.map((each) => client(each.username));
  const kills = (async () => {
    for (let i = 0; i < KILLS; i++) {
      await pause(20 + Math.random() * 200);
      const node = nodes[i % 2];
      await node.stop("SIGKILL");
      await node.run();
    }
    await pause(300);
    over = true;
  })();
  await Promise.all([...running, kills]);
  assert.ok(signedIn.length >= KILLS / 2, `${signedIn.length} sign-ins`);
  // What was answered is there: every last refresh token is good, once.
  for (const token of signedIn) assertTokens(await wires[0].refresh(token));
  const rows = nodes[0].audit().filter((row) => row.type === "sign_in" && row.outcome === "allow" && row.flow);
  const flows = rows.map((row) => row.flow);
  assert.equal(new Set(flows).size, flows.length, "a flow ended in tokens twice");
  for (const node of nodes) assert.equal(node.command("audit verify").status, 0);
});

test("the audit log of both nodes is one log, by chains", async (t) => {
  if (missing) return t.skip(missing);
  const chains = new Set(nodes[0].audit().map((row) => row.node.split("#")[0]));
  assert.deepEqual([...chains].sort(), ["a", "b"]);
  assert.equal(nodes[1].command("audit verify").status, 0);
});
