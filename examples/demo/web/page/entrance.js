// The three ways in: sign-in, sign-up, password reset. Each starts a flow of MSAL; steps.js carries it to its end.
import { Refused } from "./errors.js";
import { ask, field } from "./form.js";
import { button, h, link, show } from "./dom.js";
import { BANK_SCOPES } from "./settings.js";
import { complete } from "./steps.js";

const emailField = (value) => field("E-mail address", { name: "username", type: "email", autocomplete: "username", value, spellcheck: "false", autocapitalize: "none" });

/** The people of examples/demo/users.json, a click each. */
async function peopleList(choose) {
  const people = await (await fetch("/demo/people")).json();
  return h("section", { class: "people", "aria-labelledby": "people" },
    h("h2", { id: "people" }, "Or be one of our customers"),
    h("ul", {}, people.map((person) => h("li", {}, h("button", { type: "button", class: "person", click: () => choose(person) },
      h("span", { class: "name" }, person.name), h("span", { class: "about" }, person.about))))));
}

/** `begin`: () => { username, result } of MSAL. Ends at the account, or at an explanation of what to do instead. */
async function go({ flow, username, result, entered }) {
  try {
    entered(await complete(result, { flow, username, scopes: BANK_SCOPES }));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    refused(error);
  }
}

const TITLES = { blocked: "We cannot let you in", expired: "Let us start again", exists: "You are a customer already", reset: "A new password is needed", again: "Sign in again" };

/**
 * What the user can do when the server does not go on. Why it did not is for the bank to know, and for the right column of this demo.
 * `title`: what did not happen, where it was not a sign-in.
 */
export function refused({ message, ends }, title = TITLES[ends] ?? "That did not work") {
  show(title, h("p", { class: "intro", role: "alert" }, message),
    h("p", { class: "actions" }, h("a", { href: "#", class: "main" }, "Back to the start"), ends !== "blocked" && link("Reset the password", "reset")));
}

export async function signIn({ app, entered, follow }) {
  const start = async (username, password) => {
    follow(username);
    return app.signIn({ username, password, scopes: BANK_SCOPES });
  };
  const asPerson = async ({ username, password }) => go({ flow: "sign-in", username, result: await start(username, password), entered });
  let username;
  const people = await peopleList(asPerson);
  const result = await ask({
    title: "Sign in", fields: [emailField()], action: "Continue",
    submit: async (values) => start(username = values.username.trim()),
    after: [h("p", { class: "others" }, link("Open an account", "sign-up"), link("Reset the password", "reset")), people],
  });
  await go({ flow: "sign-in", username, result, entered });
}

export async function signUp({ app, entered, follow }) {
  let username;
  const result = await ask({
    title: "Open an account", intro: "We send a code to your mailbox, then you choose a password. It takes a minute.",
    fields: [emailField()], action: "Continue",
    submit: async (values) => {
      follow(username = values.username.trim());
      return app.signUp({ username });
    },
    after: [h("p", { class: "others" }, link("I have an account", "sign-in"))],
  });
  await go({ flow: "sign-up", username, result, entered });
}

export async function reset({ app, entered, follow }) {
  let username;
  const result = await ask({
    title: "Reset the password", intro: "We send a code to your mailbox, then you choose a new password.",
    fields: [emailField()], action: "Continue",
    submit: async (values) => {
      follow(username = values.username.trim());
      return app.resetPassword({ username });
    },
    after: [h("p", { class: "others" }, link("Back to sign-in", "sign-in"))],
  });
  await go({ flow: "reset", username, result, entered });
}
