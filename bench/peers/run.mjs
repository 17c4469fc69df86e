// Runs every peer on one exported workload: all answers are held against the oracle's first, then decisions are timed one by
// one in the order of the sign-ins. Usage: node run.mjs WORKLOAD.json [SECONDS]; prints one JSON object.
import { readFileSync } from 'node:fs';
import * as cedar from './cedar.mjs';
import * as casbin from './casbin.mjs';
import * as rules from './rules.mjs';

const [file, seconds = '1'] = process.argv.slice(2);
const workload = JSON.parse(readFileSync(file, 'utf8'));
const version = (name) => JSON.parse(readFileSync(new URL(`./node_modules/${name}/package.json`, import.meta.url))).version;
const packages = { [cedar.name]: '@cedar-policy/cedar-wasm', [casbin.name]: 'casbin', [rules.name]: 'json-rules-engine' };

function difference(answer, { outcome, applied }) {
  if (answer.blocked !== undefined) {
    const blocks = applied.some((index) => workload.policies[index].block);
    return answer.blocked === blocks ? '' : `blocked is ${answer.blocked}`;
  }
  if (answer.outcome !== outcome) return `outcome ${answer.outcome} instead of ${outcome}`;
  return answer.applied.join() === applied.join() ? '' : `policies ${answer.applied} instead of ${applied}`;
}

const now = () => Number(process.hrtime.bigint());

async function measure(peer) {
  const start = now();
  const engine = await peer.build(workload);
  const built = now() - start;
  const count = workload.sign_ins.length;
  for (let i = 0; i < count; i += 1) {
    const wrong = difference(await engine.decide(i), workload.sign_ins[i].expected);
    if (wrong) throw new Error(`${peer.name} disagrees with the oracle on sign-in ${i}: ${wrong}`);
  }
  const budget = Number(seconds) * 1e9;
  let rounds = 0;
  const begin = now();
  do {
    for (let i = 0; i < count; i += 1) {
      const answer = engine.decide(i);
      if (answer instanceof Promise) await answer;
    }
    rounds += 1;
  } while (now() - begin < budget);
  const ns = (now() - begin) / (rounds * count);
  return { name: peer.name, version: version(packages[peer.name]), compares: peer.compares, ns, build_ms: built / 1e6, agreed: count };
}

const results = [];
for (const peer of [cedar, casbin, rules]) results.push(await measure(peer));
console.log(JSON.stringify({ policies: workload.policies.length, node: process.version, peers: results }));
