// Decisions of gated, from its audit log, and each explained policy by policy by `gatec explain`.
import { spawn } from "node:child_process";
import { relative } from "node:path";
import { Refusal } from "./http.mjs";
import { followCommand } from "./follow.mjs";

const KEPT = 200;
const PATIENCE_MS = 10_000;
const OUTPUT_BYTES_MAX = 4 << 20;

/** Rows that were decided by policies; others (an unlocked account) have no facts. */
const isDecision = (row) => row.policy_digest !== "" && row.facts !== null && typeof row.facts === "object";

/** A request that is decided for an app and an authentication context, or as two flows, has lists of facts. */
const factsOf = (row) => [row.facts].flat(Infinity);

function summaryOf(row) {
  const facts = factsOf(row);
  return {
    id: `${row.node}-${row.tenant}-${row.seq}`, at: row.at_micros / 1000, type: row.type, outcome: row.outcome, required: row.required,
    reasons: row.reasons, user: facts[0].user, 
    // What it was decided for, and as what: a sign-up that goes on as a sign-in is decided as both.
    targets: facts.map(({ flow = "sign_in", app, context, action }) => ({ flow, app, context, action })),
  };
}

/** Standard output of a command that reads `input`. */
function run(command, args, input) {
  return new Promise((done, failed) => {
    const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], timeout: PATIENCE_MS });
    const out = [];
    const complaints = [];
    let size = 0;
    child.stdout.on("data", (part) => {
      size += part.length;
      if (size > OUTPUT_BYTES_MAX) child.kill();
      else out.push(part);
    });
    child.stderr.on("data", (part) => complaints.push(part));
    child.on("error", failed);
    child.on("close", (code) => {
      if (code === 0) done(Buffer.concat(out).toString("utf8"));
      else failed(new Error(`${command} ended with ${code}: ${Buffer.concat(complaints).toString("utf8").slice(0, 2000)}`));
    });
    child.stdin.on("error", () => {});  // it ended early, and says why on stderr
    child.stdin.end(input);
  });
}

/** `taken` is called with the summary of each decision. */
export function followDecisions({ gated, gatec, config, policies }, taken) {
  const rows = new Map();
  const explained = new Map();
  let queue = Promise.resolve();

  const stop = followCommand(gated, ["audit", "--follow", "--config", config], (row) => {
    if (!isDecision(row)) return;
    const summary = summaryOf(row);
    rows.set(summary.id, row);
    if (rows.size > KEPT) {
      const [oldest] = rows.keys();
      rows.delete(oldest);
      explained.delete(oldest);
    }
    taken(summary);
  });

  async function explainFacts(facts, digest) {
    const text = await run(gatec, ["explain", policies, "--json", "--json-request", "-"], JSON.stringify(facts));
    const told = JSON.parse(text);
    return {
      outcome: told.outcome, unmet: told.unmet, reasons: told.reasons, secondFactors: told.second_factors,
      policies: told.policies.map((policy) => ({ ...policy, file: relative(policies, policy.file) })),
      sameSet: told.digest === digest,  // otherwise the files were changed since
    };
  }

  /** What each policy said, condition by condition; one list for each target. One explanation at a time is made. */
  function explain(id) {
    const row = rows.get(id);
    if (!row) throw new Refusal(404, "there is no such decision, or it is too old");
    if (!explained.has(id)) {
      const made = queue.then(() => Promise.all(factsOf(row).map((facts) => explainFacts(facts, row.policy_digest))));
      queue = made.catch(() => {});
      made.catch(() => explained.delete(id));
      explained.set(id, made.then((targets) => ({ ...summaryOf(row), targets: targets.map((target, i) => ({ ...summaryOf(row).targets[i], ...target })) })));
    }
    return explained.get(id);
  }
  return { explain, stop };
}
