// Passwords as operators provision them (D1, D2) and as devices type them (S34).
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Gated, user } from "./lib/server.mjs";
import { Wire } from "./lib/wire.mjs";

const DECOMPOSED = "Zu\u0308rich am See im Ju\u0308li";
const COMPOSED = DECOMPOSED.normalize("NFC");
let gated, wire;
before(async () => {
  gated = await Gated.start({ users: [user("nfd", { password: DECOMPOSED }), user("nfc", { password: COMPOSED })] });
  wire = new Wire(gated);
});
after(() => gated?.remove());

test("S34: a password that was provisioned decomposed is the one that is typed composed, and the other way round", async () => {
  assert.notEqual(DECOMPOSED, COMPOSED);
  for (const name of ["nfd", "nfc"]) {
    for (const typed of [DECOMPOSED, COMPOSED]) {
      const answer = await wire.withPassword(`${name}@customer.example`, typed);
      assert.ok(answer.access_token, `${name}: ${JSON.stringify(answer)}`);
    }
    const wrong = await wire.withPassword(`${name}@customer.example`, COMPOSED.replaceAll("\u00fc", "u"));
    assert.deepEqual(wrong.error_codes, [50126]);
  }
});

/** What `gated provision` says about one more user. */
function provisionOne(one) {
  const file = join(gated.folder, "one.json");
  writeFileSync(file, JSON.stringify({ users: [one] }));
  return gated.command("provision", file);
}

test("D2: a common password is refused with its place, and an imported one is taken", async () => {
  for (const [password, reason] of [["x", "fewer than 8 characters"], ["P@ssword2026!", "common"], ["retailbank-77", "names of the account"],
    ["otto.customer1", "names of the account"], ["12345678", "sequence"], ["tab\tis a control", "control character"]]) {
    const refused = provisionOne(user("otto", { password }));
    assert.notEqual(refused.status, 0, password);
    assert.match(refused.stderr, /users\[0\]\.password: /, password);
    assert.ok(refused.stderr.includes(reason), `${password}: ${refused.stderr}`);
  }
  const otto = user("otto", { password: "P@ssword2026!", password_imported: true });
  assert.equal(provisionOne(otto).status, 0);
  const answer = await wire.withPassword("otto@customer.example", "P@ssword2026!");
  assert.ok(answer.access_token, JSON.stringify(answer));
  assert.equal(provisionOne({ ...otto, password_imported: undefined }).status, 0, "a password that is stored already stays");
});

test("D2: check-config and run name a list of common passwords that cannot be used", async () => {
  const config = join(gated.folder, "gated.toml");
  const broken = join(gated.folder, "broken.toml");
  const text = readFileSync(config, "utf8");
  for (const file of ["/nowhere/words", config]) {
    writeFileSync(broken, `${text}\n[passwords]\nblocklist_file = "${file}"\n`);
    for (const command of ["check-config", "run", "provision"]) {
      const rest = command === "provision" ? [join(gated.folder, "users.json")] : [];
      const checked = Gated.prototype.command.call({ config: broken }, command, ...rest);
      assert.notEqual(checked.status, 0, command);
      assert.ok(checked.stderr.includes("passwords.blocklist_file") && checked.stderr.includes(file), checked.stderr);
    }
  }
});
