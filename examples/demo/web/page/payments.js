// A payment. Up to 1,000 euro the sign-in is enough; above it the payment API demands the context of payments.
import { callApi } from "./bank.js";
import { button, euro, h, link, show } from "./dom.js";
import { Refused } from "./errors.js";
import { ask, field } from "./form.js";
import { refused } from "./entrance.js";
import { BANK_SCOPES } from "./settings.js";
import { stepUp } from "./step-up.js";

/** "1,234.50" or "1234" as cents; NaN if it is no amount. */
const centsOf = (text) => (/^\d{1,6}([.]\d{1,2})?$/.test(text.replace(/[\s,€]/g, "")) ? Math.round(Number(text.replace(/[\s,€]/g, "")) * 100) : NaN);

function askForPayment() {
  const payee = field("To", { name: "payee", value: "Stadtwerke Energy", autocomplete: "off", maxlength: 70 });
  const amount = field("Amount in euro", { name: "amount", value: "50", inputmode: "decimal", autocomplete: "off", hint: "Above 1,000 you confirm with a second factor" });
  const preset = (value, label) => button(label, () => { amount.input.value = value; amount.input.focus(); }, "chip");
  return ask({
    title: "Make a payment", fields: [payee, amount], action: "Pay",
    check: (values) => (centsOf(values.amount) > 0 ? undefined : "An amount looks like 50 or 1250.50."),
    submit: async (values) => ({ payment: { payee: values.payee, cents: centsOf(values.amount) } }),
    after: [h("p", { class: "presets" }, h("span", {}, "Try "), preset("50", "€50"), preset("5000", "€5,000"))],
  });
}

export async function showPayment(session) {
  const { payment } = await askForPayment();
  const why = {
    title: "Confirm this payment",
    intro: `${euro(payment.cents)} to ${payment.payee}. Payments above ${euro(100000)} need a second factor that is not older than 15 minutes.`,
  };
  try {
    const done = await callApi({ account: session.account, scopes: BANK_SCOPES, path: "/api/payments", body: payment,
      stepUp: (claims) => stepUp(session, claims, why) });
    show("Paid", h("p", { class: "balance" }, h("span", {}, `To ${done.payee}`), h("strong", {}, euro(done.cents))),
      h("p", { class: "actions" }, h("a", { href: "#account", class: "main" }, "To the account"), h("a", { href: "#pay", class: "second" }, "Another payment")));
  } catch (error) {
    if (error.ends === "again") throw error;
    if (error instanceof Refused) return refused(error, "The payment was not made");
    show("The payment was not made", h("p", { role: "alert" }, error.message), h("p", { class: "actions" }, link("Try again", "pay"), link("To the account", "account")));
  }
}
