// docs/api/quick-start.md: its blocks are pasted into a shell one after another, against the accounts of the demo. And what docs/api.md says
// about health.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { Gated } from "./lib/server.mjs";

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const MARK = "--- the answer of this block: ";
let gated;
before(async () => {
  const { tenants, resources, clients, users } = JSON.parse(read("examples/demo/users.json"));
  gated = await Gated.start({ tenant: tenants[0], resources, clients, users });
});
after(() => gated?.remove());

/** The blocks in order, each with what the page expects of its last answer: a member, and perhaps its value. */
function blocksOf(page) {
  return [...page.matchAll(/^```bash\n([\s\S]*?)^```\n(?:<!-- expect: (\w+)(?: (\w+))? -->)?/gm)].map(([, text, member, value]) => ({ text, member, value }));
}

test("every block of the quick start does what the page says", () => {
  const blocks = blocksOf(read("docs/api/quick-start.md"));
  assert.ok(blocks.filter((b) => b.member).length >= 10);
  const script = blocks.map(({ text }) => `${text}\nprintf '\\n%s%s\\n' '${MARK}' "$answer"\n`).join("")
    .replace(/^api=http:\/\/[^/]*/m, `api=${gated.origin}`).replace(/^outbox=.*$/m, `outbox=${gated.outbox}`);
  assert.ok(script.includes(gated.origin) && script.includes(gated.outbox));
  const run = spawnSync("bash", ["-u"], { input: `token=\nanswer=\n${script}`, encoding: "utf8", timeout: 200_000 });
  assert.equal(run.stderr, "");
  const answers = run.stdout.split("\n").filter((line) => line.startsWith(MARK)).map((line) => line.slice(MARK.length));
  assert.equal(answers.length, blocks.length);
  blocks.forEach(({ text, member, value }, at) => {
    if (!member) return;
    const answer = JSON.parse(answers[at]);
    assert.ok(answer[member], `${text}${answers[at]}`);
    if (value) assert.equal(answer[member], value, text);
  });
  assert.match(run.stdout, /"jwks_uri"/);
  assert.match(run.stdout, /"kty":"EC"/);
});

test("docs/api.md has every member of /readyz, and the health paths answer as it says", async () => {
  const page = read("docs/api.md");
  const table = /^\| Member of `\/readyz` \|.*\n\|[-|]+\n((?:\|.*\n)+)/m.exec(page)[1];
  const named = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
  const ready = await fetch(`${gated.origin}/readyz`);
  assert.equal(ready.status, 200);
  assert.deepEqual(Object.keys(await ready.json()), named);
  const health = await fetch(`${gated.origin}/healthz`);
  assert.ok(page.includes(`\`${await health.text()}\``));
});
