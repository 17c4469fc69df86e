// Statements and tax reports: an API of its own, with stricter policies (CA300 and CA310 of examples/retail-bank). The sign-in
// for it is kept in memory alone, beside the one for the account, and ends with the page.
import { callApi } from "./bank.js";
import { button, euro, h, link, show } from "./dom.js";
import { Refused } from "./errors.js";
import { ask } from "./form.js";
import { refused } from "./entrance.js";
import { createClient } from "./msal.js";
import { DOCUMENT_SCOPES } from "./settings.js";
import { stepUp } from "./step-up.js";
import { complete } from "./steps.js";

let client;
let kept;  // what stepUp() needs

async function signedIn(username) {
  client ??= await createClient("memoryStorage");
  if (kept?.username === username) return kept;
  const result = await ask({
    title: "Statements and tax", action: "Continue",
    intro: "The law wants these documents well kept. Sign in for them with a password and a second factor; it counts for four hours.",
    submit: () => client.app.signIn({ username, scopes: DOCUMENT_SCOPES }),
  });
  const account = await complete(result, { flow: "sign-in", username, scopes: DOCUMENT_SCOPES });
  kept = { account, renewals: client.renewals, username, scopes: DOCUMENT_SCOPES };
  return kept;
}

/** The user left. */
export async function leaveDocuments() {
  await kept?.account.signOut();
  kept = undefined;
}

const WHY = { title: "Confirm that it is you", intro: "A tax report needs a second factor that is not older than 30 minutes." };

/** What the server refuses for good is explained in place of the view. */
async function guarded(work) {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    await leaveDocuments();  // the next visit signs in anew
    refused(error, "The documents stay closed");
  }
}

const open = (path) => callApi({ account: kept.account, scopes: DOCUMENT_SCOPES, path, stepUp: (claims) => stepUp(kept, claims, WHY) });

const showDocument = (id, back) => guarded(async () => {
  const { name, lines } = await open(`/api/documents/${id}`);
  show(name,
    h("div", { class: "paper" }, h("ul", { class: "rows" }, lines.map(([what, cents]) => h("li", {}, h("span", {}, what), h("span", { class: "amount" }, euro(cents)))))),
    h("p", { class: "actions" }, button("All documents", back, "main"), link("To the account", "account")));
});

export const showDocuments = (session) => guarded(async () => {
  await signedIn(session.username);
  const list = await open("/api/documents");
  const back = () => showDocuments(session);
  const row = ({ id, name }) => h("li", {}, h("span", {}, name),
    h("button", { type: "button", class: "quiet", "aria-label": `Open ${name}`, click: () => showDocument(id, back) }, "Open"));
  show("Statements and tax", h("ul", { class: "rows" }, list.map(row)), h("p", { class: "actions" }, link("To the account", "account")));
});
