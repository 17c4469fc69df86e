// What is known about a sign-in beside its user: the country of its address, and its risk.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync, renameSync, rmSync, writeFileSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DOMAIN, Gated, PASSWORD, Peer, SIGNALS, UNSUPPLIED, eventually, user } from "./lib/server.mjs";
import { Wire, assertSuberror, assertTokens } from "./lib/wire.mjs";
import { mmdb } from "./lib/mmdb.mjs";

const DEVICES = `accept_unsupplied = ${UNSUPPLIED.replace('"country", ', "")}\n${SIGNALS}`;
const HERE = "203.0.113.7";
const THERE = "198.51.100.7";
const countries = (here, there) => mmdb("GeoLite2-Country", {
  "203.0.113.0/24": { country: { iso_code: here } }, "198.51.100.0/24": { country: { iso_code: there } },
});

let gated;
let folder;
let file;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "gate-signals-"));
  file = join(folder, "countries.mmdb");
  writeFileSync(file, countries("AT", "KP"));
  gated = await Gated.start({ policies_keys: `${DEVICES}\n[signals]\ncountry_file = "${file}"`,
    users: ["otto", "petra", "quinn", "rudi"].map((name) => user(name, { password: PASSWORD })) });
});
after(async () => {
  await gated?.remove();
  rmSync(folder, { recursive: true, force: true });
});

const signIn = (name, address, server = gated) =>
  new Wire(server, { headers: { "x-forwarded-for": address } }).withPassword(`${name}@customer.example`, PASSWORD);
/** As an operator should: written beside, then renamed. */
function replace(content) {
  writeFileSync(`${file}.new`, content);
  renameSync(`${file}.new`, file);
}

test("S2: with a file of countries, a policy on a country is loaded and applies", async () => {
  assertTokens(await signIn("otto", HERE));
  assert.equal((await signIn("petra", THERE)).error, "access_denied");
  const decided = gated.audit().filter((row) => row.type === "sign_in");
  assert.equal(decided.at(-1).facts.country, "KP");
  assert.match(decided.at(-1).reasons, /CA400/);
});

test("S2: a changed file is read without a restart, and a bad one is refused while the old one stays", async () => {
  const loads = gated.events("place_file_loaded").length;
  replace(countries("AT", "AT"));
  await eventually("the new file", () => gated.events("place_file_loaded").length > loads);
  assertTokens(await signIn("petra", THERE));
  replace(Buffer.from("no database"));
  const refused = (await eventually("the refusal", () => gated.events("place_file_refused").at(-1)));
  assert.equal(refused.old_one_stays, true);
  assert.match(refused.error, /is no MaxMind database/);
  assertTokens(await signIn("petra", THERE));
  replace(countries("AT", "KP"));
  await eventually("the good file", () => gated.events("place_file_loaded").length > loads + 1);
  assert.equal((await signIn("petra", THERE)).error, "access_denied");
});

test("S2: check-config verifies the file, and without one the set is refused", () => {
  const original = readFileSync(gated.config, "utf8");
  const fine = gated.command("check-config");
  assert.equal(fine.status, 0, fine.stderr);
  assert.match(fine.stdout, /^ {2}country +signals\.country_file$/m);
  try {
    writeFileSync(gated.config, original.replace(file, join(folder, "missing.mmdb")));
    const missing = gated.command("check-config");
    assert.equal(missing.status, 1);
    assert.match(missing.stderr, /`signals\.country_file`: .*missing\.mmdb cannot be read/);
    writeFileSync(gated.config, original.replace(/\[signals\]\n.*\n/, ""));
    const without = gated.command("check-config");
    assert.equal(without.status, 1);
    assert.match(without.stderr, /G0512[^]*`country` is not supplied by gated/);
  } finally {
    writeFileSync(gated.config, original);
  }
});

test("S8: an address that cannot be read is unknown and has no country", async () => {
  assertTokens(await signIn("rudi", `${THERE}:443`));
  const facts = gated.audit().filter((row) => row.type === "sign_in").at(-1).facts;
  assert.equal(facts.ip, undefined);
  assert.equal(facts.country, undefined);
});

test("an operator raises the risk of a user, and lowers it again", async () => {
  const set = (level) => {
    const done = gated.command("user risk", "--tenant", DOMAIN, "--user", "quinn@customer.example", level);
    assert.equal(done.status, 0, done.stderr);
    return done.stdout;
  };
  assertTokens(await signIn("quinn", HERE));
  assert.match(set("high"), /quinn@customer\.example is high/);
  assertSuberror(await signIn("quinn", HERE), "mfa_required");
  const row = gated.audit().filter((each) => each.type === "user_risk").at(-1);
  assert.match(row.reasons, /set the risk of the user to high; it was none/);
  gated.provision();
  assertSuberror(await signIn("quinn", HERE), "mfa_required");
  set("none");
  assertTokens(await signIn("quinn", HERE));
  assert.equal(gated.command("user risk", "--tenant", DOMAIN, "--user", "quinn@customer.example", "odd").status, 2);
  assert.equal(gated.command("user risk", "--tenant", DOMAIN, "--user", "nobody@customer.example", "low").status, 1);
});

test("a risk engine is asked, and without its answer the sign-in counts as a risky one", async () => {
  const peer = await Peer.start("risk");
  const asking = await Gated.start({ policies_keys:
    `accept_unsupplied = ${UNSUPPLIED}\n${SIGNALS}\n[risk]\nengine_url = "http://127.0.0.1:${peer.port}/"\nengine_milliseconds = 3000`,
  users: [user("rosa", { password: PASSWORD })] });
  try {
    assertTokens(await signIn("rosa", HERE, asking));
    const asked = await peer.next();
    assert.equal(asked.body.ip, HERE);
    assert.equal(asked.body.flow, "sign_in");
    assert.match(asking.audit().at(-1).reasons, /risk_engine: low/);
    peer.stop();
    assert.equal((await signIn("rosa", HERE, asking)).error, "access_denied");
    assert.match(asking.audit().at(-1).reasons, /CA110[^]*risk_engine: no answer, counts as high/);
  } finally {
    peer.stop();
    await asking.remove();
  }
});
