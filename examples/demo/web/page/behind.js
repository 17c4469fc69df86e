// What a bank's page does not show: the messages that left, and what the server decided and why. The page server of the demo tells
// both (/demo/events); gated has no such addresses.
import { announce, h, timeOf } from "./dom.js";

const MESSAGES_SHOWN = 3;
const DECISIONS_SHOWN = 8;
const MESSAGE_LIFE_MS = 10 * 60_000;

const messages = [];
const decisions = new Map();
let user;

const FLOWS = { sign_in: "Sign-in", sign_up: "Sign-up", password_reset: "Password reset", refresh: "Renewal", step_up: "Step-up", register: "New second factor" };
const OUTCOMES = { allow: "Allowed", challenge: "More is needed", block: "Refused" };
const MARKS = { true: ["yes", "✓"], false: ["no", "✗"], unknown: ["unknown", "?"] };
const METHODS = { password: "the password", email_otp: "a code by e-mail", sms_otp: "a code by SMS" };
/** What the list of policies says already. */
const SAID_BELOW = new Set(["control_unmet", "control_met", "no_policy_applies"]);

/* ---- messages ---- */

function fillIn(code) {
  const input = document.querySelector("input.code");
  if (!input) return announce("There is no field for a code at the moment.");
  input.value = code;
  input.focus();
}

function messageItem({ time, channel, to, code, body }) {
  return h("li", {}, h("p", { class: "from" }, h("span", {}, `${channel === "sms" ? "SMS" : "Mail"} to ${to}`), h("time", { datetime: time }, timeOf(time))),
    h("p", {}, body), code && h("button", { type: "button", class: "chip", click: () => fillIn(code) }, `Fill in ${code}`));
}

function showMessages() {
  const list = document.getElementById("messages");
  list.replaceChildren(...messages.map(messageItem));
  document.getElementById("no-messages").hidden = messages.length > 0;
}

function onMessage(message) {
  if (Date.now() - Date.parse(message.time) > MESSAGE_LIFE_MS) return;
  messages.unshift(message);
  messages.length = Math.min(messages.length, MESSAGES_SHOWN);
  showMessages();
}

/* ---- decisions ---- */

const targetName = ({ app, context, action }) => {
  if (context) return `context ${context}`;
  if (action) return `the action ${action}`;
  return app === "00000002-0000-0000-c000-000000000000" ? "the directory" : app;
};

const mark = (truth) => h("span", { class: `mark ${MARKS[truth]?.[0]}` }, h("span", { "aria-hidden": "true" }, MARKS[truth]?.[1] ?? "?"), h("span", { class: "unseen" }, `${MARKS[truth]?.[0]}: `));

function criteria(policy) {
  return h("ul", { class: "criteria" }, policy.criteria.filter(({ section }) => section !== "state").map(({ section, text, truth, detail }) => h("li", {},
    mark(truth), h("span", {}, h("b", {}, section), ` ${text}`, detail && h("small", {}, detail)))));
}

function verdictOf(policy) {
  if (!policy.applies) return ["no", "does not apply"];
  const what = policy.requires.join(", ");
  if (policy.state === "report_only") return ["report", `report only: ${what}`];
  if (policy.requires.includes("block")) return ["block", "blocks"];
  return policy.satisfied ? ["yes", `${what}: met`] : ["challenge", `${what}: not met`];
}

const STRICTEST = ["block", "challenge", "yes", "report"];

function policyItem(policy) {
  const [kind, text] = verdictOf(policy);
  return h("details", { class: `policy ${kind}` }, h("summary", {}, h("span", { class: "name" }, policy.name), h("span", { class: "verdict" }, text)),
    criteria(policy), h("p", { class: "place" }, `${policy.file}, line ${policy.line}`));
}

const sentence = (text) => text[0].toUpperCase() + text.slice(1);

function summaryOf({ outcome, unmet, secondFactors, policies }) {
  if (outcome === "challenge") {
    const ways = secondFactors.map((way) => METHODS[way] ?? way);
    const would = ways.length > 0 ? ` ${sentence(new Intl.ListFormat("en-GB", { type: "disjunction" }).format(ways))} would do.` : "";
    return `Not met: ${unmet.join(", ")}.${would}`;
  }
  if (outcome === "block") return "No other proof would change this.";
  return policies.some((policy) => policy.applies && policy.state === "on") ? "Everything that applies is met." : "No policy asks for more.";
}

/** A step-up is decided as a sign-in and as a renewal, a new account as a sign-up and as a sign-in: mostly with the same result, which is shown once. */
function merged(targets) {
  const groups = new Map();
  for (const target of targets) {
    const key = JSON.stringify([targetName(target), target.outcome, target.policies.map(({ name, applies, satisfied }) => [name, applies, satisfied])]);
    const group = groups.get(key) ?? { ...target, flows: [] };
    groups.set(key, group);
    group.flows.push(FLOWS[target.flow] ?? target.flow);
  }
  return [...groups.values()];
}

function targetPart(target, several) {
  const applied = target.policies.filter((policy) => policy.applies).sort((a, b) => STRICTEST.indexOf(verdictOf(a)[0]) - STRICTEST.indexOf(verdictOf(b)[0]));
  const rest = target.policies.filter((policy) => !policy.applies);
  const reasons = target.reasons.filter(({ code }) => !SAID_BELOW.has(code)).map(({ text }) => `${sentence(text.replaceAll("`", ""))}.`);
  return [
    several && h("h5", {}, `${new Intl.ListFormat("en-GB").format(target.flows)}: ${targetName(target)}`),
    h("ul", { class: "reasons" }, [...reasons, summaryOf(target)].map((text) => h("li", {}, text))),
    applied.map(policyItem),
    h("details", { class: "rest" }, h("summary", {}, `${rest.length} policies that do not apply`), rest.map(policyItem)),
    !target.sameSet && h("p", { class: "place" }, "Explained with the policies as they are now; they were changed since the decision."),
  ];
}

async function explain(decision, place) {
  const answer = await fetch(`/demo/decisions/${encodeURIComponent(decision.id)}`);
  if (!answer.ok) return place.replaceChildren(h("p", {}, "This decision cannot be explained any more."));
  const targets = merged((await answer.json()).targets);
  place.replaceChildren(...targets.flatMap((target) => targetPart(target, targets.length > 1)).flat().filter(Boolean));
}

const titleOf = ({ type, targets }) => {
  const names = [...new Set(targets.map(targetName))];
  return `${FLOWS[type] ?? type}: ${new Intl.ListFormat("en-GB").format(names)}`;
};

function decisionItem(decision) {
  const place = h("div", { class: "why" }, h("p", {}, "…"));
  let asked = false;
  const details = h("details", { toggle: () => {
    if (asked || !details.open) return;
    asked = true;
    explain(decision, place);
  } }, h("summary", {}, h("h4", {}, h("span", { class: "badge" }, OUTCOMES[decision.outcome] ?? decision.outcome),
    h("span", { class: "what" }, titleOf(decision)), h("time", { datetime: new Date(decision.at).toISOString() }, timeOf(decision.at)))), place);
  return h("li", { class: `decision ${decision.outcome}`, "data-id": decision.id }, details);
}

/** Newest first, and only the newest is open. */
function showDecisions() {
  const mine = [...decisions.values()].filter((decision) => decision.user === user).slice(-DECISIONS_SHOWN).reverse();
  document.getElementById("no-decisions").hidden = mine.length > 0;
  const list = document.getElementById("decisions");
  const shown = new Map([...list.children].map((item) => [item.dataset.id, item]));
  const isNew = mine.length > 0 && !shown.has(mine[0].id);
  list.replaceChildren(...mine.map((decision) => shown.get(decision.id) ?? decisionItem(decision)));
  if (!isNew) return;
  for (const item of list.children) item.firstChild.open = item === list.firstChild;
  document.getElementById("newest").textContent = `The server decided: ${OUTCOMES[mine[0].outcome]}. ${titleOf(mine[0])}.`;
}

function onDecision(decision) {
  decisions.set(decision.id, decision);
  if (decision.user === user) showDecisions();
}

/** From now on the decisions about this user are shown. */
export function follow(username) {
  const next = username?.toLowerCase();
  if (next !== user) messages.length = 0;  // they were another person's
  user = next;
  showMessages();
  showDecisions();
}

export function watch() {
  const events = new EventSource("/demo/events");
  const once = new Set();  // after a lost connection the newest come again
  const take = (then) => ({ data }) => {
    if (once.has(data)) return;
    once.add(data);
    then(JSON.parse(data));
  };
  events.addEventListener("message", take(onMessage));
  events.addEventListener("decision", take(onDecision));
}
