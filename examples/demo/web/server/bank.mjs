// The two APIs of the bank. They know nothing of policies: they say which authentication context an action needs, and gated
// decides what a user has to show for it.
import { randomUUID } from "node:crypto";
import { Refusal, readJson, sendJson } from "./http.mjs";
import { makeVerifier, needContext } from "./tokens.mjs";

const RETAIL = "api://retail-bank";
const STATEMENTS = "api://statements";
/** Above this a payment needs the context `c1`, which CA200 of examples/retail-bank is about. */
export const LIMIT_CENTS = 1_000_00;
const PAYMENT = "c1";
const TAX_REPORT = "c4";
const ACCOUNTS_MAX = 1000;

const statement = (id, month, opening, earned, spent) => ({
  id, name: `Statement ${month}`, kind: "statement",
  lines: [["Opening balance", opening], ["Paid in", earned], ["Paid out", -spent], ["Closing balance", opening + earned - spent]],
});
const DOCUMENTS = [
  statement("2026-11", "November 2026", 17_100_20, 3_420_00, 2_315_70),
  statement("2026-10", "October 2026", 16_020_10, 3_420_00, 2_339_90),
  statement("2026-09", "September 2026", 15_230_00, 3_420_00, 2_629_90),
  { id: "tax-2025", name: "Tax report 2025", kind: "tax", lines: [["Interest", 212_40], ["Dividends", 388_00], ["Tax withheld", -165_11]] },
];

/** Balances live as long as the process. */
class Ledger {
  #accounts = new Map();
  of(subject) {
    let account = this.#accounts.get(subject);
    if (!account) {
      if (this.#accounts.size >= ACCOUNTS_MAX) this.#accounts.delete(this.#accounts.keys().next().value);
      account = { cents: 18_204_50, payments: [] };
      this.#accounts.set(subject, account);
    }
    return account;
  }
}

function checked({ payee, cents }) {
  if (typeof payee !== "string" || payee.trim() === "" || payee.length > 70) throw new Refusal(400, "`payee` is a name of at most 70 characters");
  if (!Number.isSafeInteger(cents) || cents < 1 || cents > 100_000_00) throw new Refusal(400, "`cents` is a whole number from 1 to 10000000");
  return { payee: payee.trim(), cents };
}

/** `authority`: gated's address and the tenant, whose tokens are accepted. */
export function makeBank(authority) {
  const bearer = makeVerifier(authority);
  const ledger = new Ledger();

  async function pay(request, response) {
    const claims = await bearer(request, RETAIL, "payments");
    const payment = checked(await readJson(request));
    if (payment.cents > LIMIT_CENTS) needContext(claims, PAYMENT);
    const account = ledger.of(claims.sub);
    if (payment.cents > account.cents) throw new Refusal(409, "the account does not hold that much");
    account.cents -= payment.cents;
    account.payments.unshift({ id: randomUUID(), at: new Date().toISOString(), ...payment });
    account.payments.length = Math.min(account.payments.length, 20);
    sendJson(response, 201, account.payments[0]);
  }

  async function overview(request, response) {
    const claims = await bearer(request, RETAIL, "accounts");
    sendJson(response, 200, ledger.of(claims.sub));
  }

  async function documents(request, response) {
    await bearer(request, STATEMENTS, "read");
    sendJson(response, 200, DOCUMENTS.map(({ id, name }) => ({ id, name })));
  }

  async function document(request, response, id) {
    const claims = await bearer(request, STATEMENTS, "read");
    const found = DOCUMENTS.find((each) => each.id === id);
    if (!found) throw new Refusal(404, "there is no such document");
    if (found.kind === "tax") needContext(claims, TAX_REPORT);
    sendJson(response, 200, found);
  }

  const routes = { "GET /api/account": overview, "POST /api/payments": pay, "GET /api/documents": documents };
  return {
    /** The handler of a request, or undefined. */
    route(method, path) {
      const id = method === "GET" && /^\/api\/documents\/([\w-]{1,40})$/.exec(path)?.[1];
      return id ? (request, response) => document(request, response, id) : routes[`${method} ${path}`];
    },
  };
}
