// The page: which view is shown, and who is signed in.
import "./retry-after.js";
import { showAccount } from "./account.js";
import { follow, watch } from "./behind.js";
import { leaveDocuments, showDocuments } from "./documents.js";
import { announce, h, show } from "./dom.js";
import { refused, reset, signIn, signUp } from "./entrance.js";
import { Refused } from "./errors.js";
import { createClient } from "./msal.js";
import { showPayment } from "./payments.js";
import { BANK_SCOPES } from "./settings.js";

const { app, renewals } = await createClient("sessionStorage");
/** What the views share; `account` is MSAL's, or undefined before a sign-in. */
const session = { app, renewals, scopes: BANK_SCOPES, account: undefined, username: undefined, follow, entered };

function entered(account) {
  session.account = account;
  session.username = account.getAccount().username;
  follow(session.username);
  header();
  announce("You are signed in.");
  go("account");
}

/** Back to how the page was before the sign-in. */
function left() {
  session.account = session.username = undefined;
  header();
}

async function signOut() {
  await leaveDocuments();
  await session.account.signOut();  // empties the cache of this page; the server is not asked
  left();
  follow(undefined);
  announce("You are signed out.");
  go("sign-in");
}

/** The server ended the session, or wants it confirmed: MSAL can sign in again only when its cache is empty. */
async function sessionEnded(error) {
  await leaveDocuments();
  await session.account?.signOut();
  left();
  refused(error);
}

function header() {
  const place = document.getElementById("who");
  place.hidden = !session.account;
  if (!session.account) return place.replaceChildren();
  const name = session.account.getClaims().name || session.username;
  place.replaceChildren(h("a", { href: "#account" }, name), h("button", { type: "button", class: "quiet", click: signOut }, "Sign out"));
}

const OUTSIDE = { "sign-in": signIn, "sign-up": signUp, reset };
const INSIDE = { account: showAccount, pay: showPayment, documents: showDocuments };

async function route() {
  const wanted = location.hash.slice(1);
  if (wanted === "view") return;  // the link that skips the header
  const views = session.account ? INSIDE : OUTSIDE;
  const name = Object.hasOwn(views, wanted) ? wanted : Object.keys(views)[0];
  try {
    await views[name](session);
  } catch (error) {
    if (error instanceof Refused) return sessionEnded(error);
    console.error(error);
    show("Something went wrong", h("p", { role: "alert" }, "The page could not go on. Its server may have been stopped."),
      h("p", { class: "actions" }, h("a", { href: "", class: "main" }, "Load the page again")));
  }
}

/** Shows a view, also the one that is shown already. */
function go(name) {
  if (location.hash === `#${name}`) route();
  else location.hash = name;
}

addEventListener("hashchange", route);
// A link to the view that is shown already begins it anew.
addEventListener("click", (event) => {
  const same = event.target.closest?.('a[href^="#"]');
  if (!same || same.hash !== location.hash || same.hash === "#view") return;
  event.preventDefault();
  route();
});
watch();
const cached = app.getCurrentAccount();
if (cached.isCompleted()) {
  session.account = cached.data;
  session.username = cached.data.getAccount().username;
  follow(session.username);
  header();
}
route();
