// What follows from the policies that apply: the same few lines for every peer that can name them.
const TOLERANCE_S = 300; // "every time" spares what is five minutes old

/** @returns "block" | "challenge" | "allow" */
export function conclude(workload, signIn, applied) {
  let block = false;
  let frequency = Infinity;
  const required = new Set();
  for (const index of applied) {
    const policy = workload.policies[index];
    block ||= policy.block;
    frequency = Math.min(frequency, policy.frequency_s ?? Infinity);
    for (const clause of policy.clauses) required.add(clause);
  }
  const stale = frequency !== Infinity && signIn.oldest_s > (frequency === 0 ? TOLERANCE_S : frequency);
  let challenge = stale;
  let deadEnd = stale && !signIn.can_prompt;
  for (const clause of required) {
    if (signIn.met[clause]) continue;
    challenge = true;
    deadEnd ||= !workload.clauses[clause].interactive || !signIn.can_prompt;
  }
  if (block || deadEnd) return 'block';
  return challenge ? 'challenge' : 'allow';
}
