// json-rules-engine: one rule per policy; the events of the rules that hold name the policies that apply. Membership tests
// are custom operators, the documented way to add what the engine does not have.
import { Engine } from 'json-rules-engine';
import { conclude } from './outcome.mjs';

const condition = (fact, operator, value) => ({ fact, operator, value });

function principals(who) {
  const any = [];
  if (who.users.length > 0) any.push(condition('user', 'in', who.users));
  if (who.groups.length > 0) any.push(condition('groups', 'meets', who.groups));
  if (who.roles.length > 0) any.push(condition('roles', 'meets', who.roles));
  if (who.kinds.length > 0) any.push(condition('user_kind', 'in', who.kinds));
  return any;
}

function targets(what) {
  const any = [];
  if (what.names.length > 0) any.push(condition('target', 'in', what.names));
  if (what.app_groups.length > 0) any.push(condition('app_groups', 'meets', what.app_groups));
  return any;
}

function expression(e) {
  if (e.and) return { all: e.and.map(expression) };
  if (e.or) return { any: e.or.map(expression) };
  if (e.not) return { not: expression(e.not) };
  // Without the fact's name: a value that has one would be read as a reference to that fact.
  return condition(e.fact, 'test', { op: e.op, value: e.value, absent: e.absent });
}

export function rule(policy, index) {
  const { when } = policy;
  const all = [condition('kind', 'equal', policy.kind)];
  const include = (side, any) => { if (!side.all) all.push({ any }); };
  const exclude = (any) => { if (any.length > 0) all.push({ not: { any } }); };
  include(policy.users.include, principals(policy.users.include));
  include(policy.targets.include, targets(policy.targets.include));
  exclude(principals(policy.users.exclude));
  exclude(targets(policy.targets.exclude));
  for (const fact of ['platform', 'client', 'sign_in_risk', 'user_risk', 'transfer_method', 'trust']) {
    if (when[fact]) all.push(condition(fact, 'in', when[fact]));
  }
  if (when.compliant !== undefined) all.push(condition('compliant', 'equal', when.compliant));
  if (when.in) all.push(condition('places', 'meets', when.in));
  if (when.not_in) all.push({ not: condition('places', 'meets', when.not_in) });
  if (when.model) all.push(condition('model', 'test', { ...when.model, absent: false }));
  if (when.expression) all.push(expression(when.expression));
  return { name: policy.name, conditions: { all }, event: { type: 'applies', params: { index } } };
}

function test(fact, { op, value, absent }) {
  if (fact === undefined || fact === null) return absent;
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

export const name = 'json-rules-engine';
export const compares = 'outcome and applied policies';

export function build(workload) {
  const engine = new Engine([], { allowUndefinedFacts: true });
  engine.addOperator('meets', (facts, values) => values.some((value) => facts.includes(value)));
  engine.addOperator('test', test);
  workload.policies.forEach((policy, index) => {
    if (policy.on) engine.addRule(rule(policy, index));
  });
  return {
    async decide(i) {
      const { events } = await engine.run(workload.sign_ins[i]);
      const applied = events.map((event) => event.params.index).sort((a, b) => a - b);
      return { outcome: conclude(workload, workload.sign_ins[i], applied), applied };
    },
  };
}
