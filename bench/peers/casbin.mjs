// casbin, with its attribute model: a policy is a rule for eval() with the effect `deny` if it blocks, and a request passes
// unless a denying rule holds. casbin answers yes or no and names at most one rule, so what can be compared is whether a
// policy blocks, and not which second factor the others ask for.
import { newEnforcer, newModelFromString } from 'casbin';

const MODEL = `
[request_definition]
r = s

[policy_definition]
p = rule, eft

[policy_effect]
e = !some(where (p.eft == deny))

[matchers]
m = eval(p.rule)
`;

const quote = (text) => `'${text}'`;
const list = (values) => `[${values.map(quote).join(', ')}]`;
const one = (fact, values) => `one(r.s.${fact}, ${list(values)})`;
const any = (fact, values) => `any(r.s.${fact}, ${list(values)})`;

function side(parts, all) {
  if (all) return 'true';
  return parts.length > 0 ? `(${parts.join(' || ')})` : 'false';
}

function principals(who) {
  const parts = [];
  if (who.users.length > 0) parts.push(one('user', who.users));
  if (who.groups.length > 0) parts.push(any('groups', who.groups));
  if (who.roles.length > 0) parts.push(any('roles', who.roles));
  if (who.kinds.length > 0) parts.push(one('user_kind', who.kinds));
  return side(parts, who.all);
}

function targets(what) {
  const parts = [];
  if (what.names.length > 0) parts.push(one('target', what.names));
  if (what.app_groups.length > 0) parts.push(any('app_groups', what.app_groups));
  return side(parts, what.all);
}

function expression(e) {
  if (e.and) return `(${e.and.map(expression).join(' && ')})`;
  if (e.or) return `(${e.or.map(expression).join(' || ')})`;
  if (e.not) return `!(${expression(e.not)})`;
  const { fact, op, value, absent } = e;
  return `test(r.s.${fact}, ${quote(op)}, ${typeof value === 'string' ? quote(value) : value}, ${absent})`;
}

export function rule(policy) {
  const { when } = policy;
  const parts = [`r.s.kind == ${quote(policy.kind)}`];
  const include = [principals(policy.users.include), targets(policy.targets.include)];
  parts.push(...include.filter((part) => part !== 'true'));
  const exclude = [principals(policy.users.exclude), targets(policy.targets.exclude)];
  parts.push(...exclude.filter((part) => part !== 'false').map((part) => `!${part}`));
  for (const fact of ['platform', 'client', 'sign_in_risk', 'user_risk', 'transfer_method', 'trust']) {
    if (when[fact]) parts.push(one(fact, when[fact]));
  }
  if (when.compliant !== undefined) parts.push(`r.s.compliant == ${when.compliant}`);
  if (when.in) parts.push(any('places', when.in));
  if (when.not_in) parts.push(`!${any('places', when.not_in)}`);
  if (when.model) parts.push(`test(r.s.model, ${quote(when.model.op)}, ${quote(when.model.value)}, false)`);
  if (when.expression) parts.push(expression(when.expression));
  return parts.join(' && ');
}

function test(fact, op, value, absent) {
  if (fact === undefined) return absent;
  switch (op) {
    case '>': return fact > value;
    case '>=': return fact >= value;
    case '==': return fact === value;
    case 'has': return fact.includes(value);
    case 'starts_with': return fact.startsWith(value);
    case 'contains': return fact.includes(value);
    default: throw new Error(`unknown test ${op}`);
  }
}

export const name = 'casbin';
export const compares = 'whether a policy blocks';

export async function build(workload) {
  const enforcer = await newEnforcer(newModelFromString(MODEL));
  await enforcer.addFunction('one', (fact, values) => values.includes(fact));
  await enforcer.addFunction('any', (facts, values) => values.some((value) => facts.includes(value)));
  await enforcer.addFunction('test', test);
  const rows = new Map(); // casbin refuses the same row twice
  for (const policy of workload.policies.filter(({ on }) => on)) {
    const row = [rule(policy), policy.block ? 'deny' : 'allow'];
    rows.set(row.join(), row);
  }
  await enforcer.addPolicies([...rows.values()]);
  return {
    decide(i) {
      return { blocked: !enforcer.enforceSync(workload.sign_ins[i]) };
    },
  };
}
