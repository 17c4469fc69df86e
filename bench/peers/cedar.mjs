// Cedar, by its WebAssembly build: every policy is a `forbid`, and the ids of those that hold come back as the reasons of
// the decision. Policies are parsed once; a decision passes the request and its entities, as an application would.
import { createRequire } from 'node:module';
import { conclude } from './outcome.mjs';

const cedar = createRequire(import.meta.url)('@cedar-policy/cedar-wasm/nodejs');

const quote = (text) => JSON.stringify(text);
const list = (values) => `[${values.map(quote).join(', ')}]`;
const entities = (type, names) => names.map((name) => `${type}::${quote(name)}`);

function principals(side) {
  if (side.all) return 'true';
  const parts = [];
  const groups = [...entities('Group', side.groups), ...entities('Role', side.roles)];
  if (groups.length > 0) parts.push(`principal in [${groups.join(', ')}]`);
  for (const user of entities('User', side.users)) parts.push(`principal == ${user}`);
  if (side.kinds.length > 0) parts.push(`${list(side.kinds)}.contains(context.user_kind)`);
  return parts.length > 0 ? parts.join(' || ') : 'false';
}

function targets(side) {
  if (side.all) return 'true';
  const parts = [...entities('Target', side.names), ...entities('AppGroup', side.app_groups)];
  return parts.length > 0 ? `resource in [${parts.join(', ')}]` : 'false';
}

function leaf({ fact, op, value, absent }) {
  const path = `context.${fact}`;
  const test = op === 'has' ? `${path}.contains(${quote(value)})` : `${path} ${op} ${typeof value === 'string' ? quote(value) : value}`;
  if (fact !== 'amount') return `(${test})`;
  return absent ? `(!(context has amount) || ${test})` : `(context has amount && ${test})`;
}

function expression(e) {
  if (e.and) return `(${e.and.map(expression).join(' && ')})`;
  if (e.or) return `(${e.or.map(expression).join(' || ')})`;
  return e.not ? `!(${expression(e.not)})` : leaf(e);
}

function conditions(when) {
  const parts = [];
  for (const fact of ['platform', 'client', 'sign_in_risk', 'user_risk', 'transfer_method', 'trust']) {
    if (when[fact]) parts.push(`${list(when[fact])}.contains(context.${fact})`);
  }
  if (when.compliant !== undefined) parts.push(`context.compliant == ${when.compliant}`);
  if (when.in) parts.push(`context.places.containsAny(${list(when.in)})`);
  if (when.not_in) parts.push(`!context.places.containsAny(${list(when.not_in)})`);
  if (when.model) {
    const { op, value } = when.model;
    const pattern = `${op === 'contains' ? '*' : ''}${value}${op === '==' ? '' : '*'}`;
    parts.push(`context has model && context.model like ${quote(pattern)}`);
  }
  if (when.expression) parts.push(expression(when.expression));
  return parts;
}

export function policyText(policy) {
  const parts = [
    `(${principals(policy.users.include)})`, `!(${principals(policy.users.exclude)})`,
    `(${targets(policy.targets.include)})`, `!(${targets(policy.targets.exclude)})`,
    ...conditions(policy.when),
  ].filter((part) => part !== '(true)' && part !== '!(false)');
  const when = parts.length > 0 ? ` when { ${parts.join(' && ')} }` : '';
  return `forbid(principal, action == Action::${quote(policy.kind)}, resource)${when};`;
}

function request(signIn) {
  const uid = (type, id) => ({ type, id });
  const { user, groups, roles, kind, target, app_groups: appGroups } = signIn;
  const context = {};
  for (const fact of ['user_kind', 'platform', 'client', 'sign_in_risk', 'user_risk', 'sign_in_risk_level', 'user_risk_level',
    'transfer_method', 'trust', 'compliant', 'reported_lost', 'new_payee', 'otp_failures', 'places', 'groups', 'app', 'done']) {
    context[fact] = signIn[fact];
  }
  if (signIn.model !== undefined) context.model = signIn.model;
  if (signIn.amount !== undefined) context.amount = signIn.amount;
  const parents = [...groups.map((id) => uid('Group', id)), ...roles.map((id) => uid('Role', id))];
  return {
    principal: uid('User', user), action: uid('Action', kind), resource: uid('Target', target), context,
    preparsedPolicySetId: 'set',
    entities: [
      { uid: uid('User', user), attrs: {}, parents },
      { uid: uid('Target', target), attrs: {}, parents: appGroups.map((id) => uid('AppGroup', id)) },
    ],
  };
}

export const name = 'cedar-wasm';
export const compares = 'outcome and applied policies';

export function build(workload) {
  const staticPolicies = { permit: 'permit(principal, action, resource);' };
  workload.policies.forEach((policy, index) => {
    if (policy.on) staticPolicies[`p${index}`] = policyText(policy);
  });
  const answer = cedar.preparsePolicySet('set', { staticPolicies });
  if (answer.type !== 'success') throw new Error(`cedar refuses a policy: ${JSON.stringify(answer.errors[0])}`);
  const requests = workload.sign_ins.map(request);
  return {
    decide(i) {
      const result = cedar.statefulIsAuthorized(requests[i]);
      if (result.type !== 'success') throw new Error(`cedar: ${JSON.stringify(result.errors[0])}`);
      const { reason, errors } = result.response.diagnostics;
      if (errors.length > 0) throw new Error(`cedar: ${JSON.stringify(errors[0])}`);
      const applied = reason.filter((id) => id !== 'permit').map((id) => Number(id.slice(1))).sort((a, b) => a - b);
      return { outcome: conclude(workload, workload.sign_ins[i], applied), applied };
    },
  };
}
