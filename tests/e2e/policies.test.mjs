// The policy folder under a running server: what is loaded when, and what keeps the old set in force.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Gated, PASSWORD, RETAIL_BANK, eventually, user } from "./lib/server.mjs";
import { Wire, assertSuberror, assertTokens } from "./lib/wire.mjs";

const EVERYONE = `policy "E2E every sign-in needs a second factor" {
  users  include all
  target include all apps
  grant  require strength NativeMfa
}
`;
let gated;
let wire;
let folder;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "gate-policies-"));
  cpSync(RETAIL_BANK, folder, { recursive: true });
  gated = await Gated.start({ policies: folder, users: [user("otto", { password: PASSWORD })] });
  wire = new Wire(gated);
});
after(async () => {
  await gated?.remove();
  rmSync(folder, { recursive: true, force: true });
});
const signIn = () => wire.withPassword("otto@customer.example", PASSWORD);
const added = () => join(folder, "policies/e2e.gate");

test("a file that is added changes the next decision, and the one that began before it (C2)", async () => {
  assertTokens(await signIn());
  const before = await gated.ready();
  const started = await wire.initiate("otto@customer.example");
  const challenged = await wire.challenge(started.continuation_token);
  writeFileSync(added(), EVERYONE);
  await eventually("the new set", async () => (await gated.ready()).policy_generation > before.policy_generation);
  assertSuberror(await wire.token("password", challenged.continuation_token, { password: PASSWORD }), "mfa_required");
  assertSuberror(await signIn(), "mfa_required");
  assert.notEqual((await gated.ready()).policy_digest, before.policy_digest);
});

test("a set with a mistake is refused with its place, and the old one stays in force", async () => {
  const before = await gated.ready();
  writeFileSync(added(), EVERYONE.replace("policy", "polizy"));
  const refused = await eventually("the refusal", async () => {
    const now = await gated.ready();
    return now.policy_files_refused ? now : undefined;
  });
  assert.equal(refused.policy_generation, before.policy_generation);
  assert.equal(refused.policy_digest, before.policy_digest);
  assert.ok(refused.policy_failed_loads > before.policy_failed_loads);
  assertSuberror(await signIn(), "mfa_required");
  const told = gated.events("policy_diagnostic").filter((d) => d.severity === "error");
  assert.ok(told.length > 0 && told[0].file.endsWith("e2e.gate") && told[0].line === 1 && /^G\d{4}$/.test(told[0].code), JSON.stringify(told[0]));
});

test("SIGHUP loads at once", async () => {
  rmSync(added());
  const before = gated.events("policies_loaded").length;
  gated.child.kill("SIGHUP");
  await eventually("the reload", () => gated.events("policies_loaded").length > before);
  assert.equal((await gated.ready()).policy_files_refused, false);
  assertTokens(await signIn());
});

/** What `check-config` and a reload say of the folder as it is now; what is in force must stay. */
async function refusedEverywhere(pattern) {
  const before = await gated.ready();
  gated.child.kill("SIGHUP");
  const now = await eventually("the refusal", async () => {
    const status = await gated.ready();
    return status.policy_failed_loads > before.policy_failed_loads ? status : undefined;
  });
  assert.equal(now.policy_files_refused, true);
  assert.equal(now.policy_digest, before.policy_digest);
  assert.ok(gated.events("policies_refused").at(-1).level === "error", "told as an error");
  const checked = gated.command("check-config");
  assert.equal(checked.status, 1, checked.stdout);
  assert.match(checked.stderr, pattern);
}

test("S1: a folder without policies, or with a link that cannot be followed, is refused running and by check-config", async () => {
  const away = `${folder}.away`;
  renameSync(folder, away);
  try {
    await refusedEverywhere(/G0501/);
    mkdirSync(folder);
    await refusedEverywhere(/G0502/);
    writeFileSync(join(folder, "e2e.gate"), EVERYONE);
    symlinkSync(join(away, "people.gate"), join(folder, "people.gate"));
    await refusedEverywhere(/G0507.*leads out of/);
    assertTokens(await signIn());
    assert.equal(gated.command("run").status, 1, "it does not start with them either");
  } finally {
    rmSync(folder, { recursive: true, force: true });
    renameSync(away, folder);
  }
});

test("S2: a policy on a fact that gated does not supply is refused with its place", async () => {
  const asks = EVERYONE.replace("grant ", 'when   user.department == "x"\n  grant ');
  writeFileSync(added(), asks);
  await refusedEverywhere(/G0512.*`user\.department` is not supplied by gated[^]*e2e\.gate:4/);
  rmSync(added());
  const checked = gated.command("check-config");
  assert.equal(checked.status, 0, checked.stderr);
  assert.match(checked.stdout, /^  user_risk +administration, leaked passwords, the user's entry: the highest$/m);
  assert.match(checked.stdout, /country, device\.reported_lost, device\.compliant/);
  assert.match(checked.stderr, /warning\[G0513\]: `country` stays unknown in policy `CA400 Embargoed places`/);
});

test("S24: a wrong master key changes nothing, whatever the command", async () => {
  const key = join(gated.folder, "data/master.key");
  const right = readFileSync(key);
  await gated.stop();
  writeFileSync(key, `${"a".repeat(64)}\n`);
  const users = join(gated.folder, "users.json");
  for (const command of [["provision", users], ["unlock", "t", "otto@customer.example"], ["audit"], ["audit verify"], ["run"]]) {
    const done = gated.command(...command);
    assert.equal(done.status, 1, command.join(" "));
    assert.match(done.stderr, /master\.key is not the key of the store .*put back the key file/, command.join(" "));
  }
  writeFileSync(key, right);
  await gated.run();
  assertTokens(await signIn());
});

test("the server does not start with a broken set, and check-config says why", async () => {
  await gated.stop();
  writeFileSync(added(), "polizy\n");
  const check = gated.command("check-config");
  assert.equal(check.status, 1);
  assert.match(check.stderr, /error\[G\d{4}\]/);
  await assert.rejects(gated.run(), /policies_refused/);
});

test("S3: what a policy on trial would have decided is in the audit row", async () => {
  const trial = await Gated.start({ users: [user("tina", { password: PASSWORD })] });
  try {
    assertTokens(await new Wire(trial).withPassword("tina@customer.example", PASSWORD));
    const { reasons } = trial.audit().filter((row) => row.type === "sign_in").at(-1);
    assert.match(reasons, /report_only: [a-z_]+: CA900 Pilot/);
    assert.match(reasons, /report_only_outcome: challenge/);
  } finally {
    await trial.remove();
  }
});
