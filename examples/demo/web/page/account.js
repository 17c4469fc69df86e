// The account: the balance, what can be done, and what the tokens say.
import { callApi } from "./bank.js";
import { euro, h, show, timeOf } from "./dom.js";
import { BANK_SCOPES } from "./settings.js";

const SHOWN = { pwd: "a password", otp: "a code by e-mail", sms: "a code by SMS" };

const listed = (words) => new Intl.ListFormat("en-GB").format(words);
export const claimsOf = (token) => JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0))));

function sessionFacts(id, access) {
  const ways = id.amr.filter((way) => way in SHOWN).map((way) => SHOWN[way]);
  const fact = (term, text) => [h("dt", {}, term), h("dd", {}, text)];
  return h("dl", { class: "facts" },
    fact("You showed", listed(ways)),
    fact("Which makes", id.amr.includes("mfa") ? "two different factors" : "one factor"),
    fact("Signed in at", timeOf(id.auth_time * 1000)),
    fact("Confirmed for", access.acrs ? `authentication context ${access.acrs.join(", ")}` : "nothing beyond the sign-in"),
    fact("This token ends at", timeOf(access.exp * 1000)));
}

const tokenDetails = (name, claims) => h("details", {}, h("summary", {}, name), h("pre", { tabindex: "0", role: "region", "aria-label": name }, JSON.stringify(claims, null, 2)));

export async function showAccount({ account }) {
  const asked = location.hash;
  const token = await account.getAccessToken({ scopes: BANK_SCOPES });
  const { cents, payments } = await callApi({ account, scopes: BANK_SCOPES, path: "/api/account" });
  if (location.hash !== asked) return;  // the user went on meanwhile
  const id = account.getClaims();
  const access = token.isFailed() ? {} : claimsOf(token.data.accessToken);
  show(id.name || id.preferred_username,
    h("p", { class: "balance" }, h("span", {}, "Everyday account"), h("strong", {}, euro(cents))),
    h("p", { class: "actions" }, h("a", { href: "#pay", class: "main" }, "Make a payment"), h("a", { href: "#documents", class: "second" }, "Statements and tax")),
    payments.length > 0 && h("section", {}, h("h2", {}, "Last payments"), h("ul", { class: "rows" },
      payments.map((payment) => h("li", {}, h("span", {}, payment.payee), h("span", { class: "amount" }, `−${euro(payment.cents)}`))))),
    h("section", {}, h("h2", {}, "Your sign-in"), sessionFacts(id, access), tokenDetails("The ID token", id), tokenDetails("The access token", access)));
}
