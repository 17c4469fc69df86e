// From an answer of MSAL to a signed-in account. The server decides what it wants next; there is one form for each demand, and
// sign-in, sign-up and password reset all go through the same ones.
import { Refused } from "./errors.js";
import { ask, field } from "./form.js";

const CHANNELS = { email: { by: "by e-mail", to: "your mailbox" }, sms: { by: "by SMS", to: "your phone" } };
const REPLACED = "A new code is on its way. The old one does not work any more.";
/** Stars are read out one by one. */
const masked = (address) => address.replace(/\*+/g, "…");
const digitsOf = (text) => text.replace(/\s/g, "");

/** A field for a code of `length` digits; phones and browsers offer to fill it in. */
const codeField = (length) => field("Code", { name: "code", hint: `${length} digits`, inputmode: "numeric", autocomplete: "one-time-code", maxlength: length + 4, class: "code" });
const checkCode = (length) => ({ code }) =>
  (new RegExp(`^\\d{${length}}$`).test(digitsOf(code)) ? undefined : `The code has ${length} digits. Type it as it is in the message.`);

const newPasswordField = () => field("New password", {
  name: "password", type: "password", autocomplete: "new-password", hint: "At least 8 characters. Some words that do not belong together are good.",
});

/** First factor, sign-up and reset: a code to the mailbox. */
function enterCode(state, { why }) {
  let current = state;
  const length = state.getCodeLength();
  return ask({
    title: "Look at your mailbox",
    intro: "If we can send to this address, a message with a code is on its way.", ...why,
    fields: [codeField(length)], check: checkCode(length), action: "Continue",
    submit: ({ code }) => current.submitCode(digitsOf(code)),
    others: [{ label: "Send a new code", run: async () => {
      const result = await current.resendCode();
      if (result.isFailed()) return result;
      current = result.state;
      return { said: REPLACED };
    } }],
  });
}

function enterPassword(state, { flow, username, why }) {
  // Password managers want to know whose password it is, before they see the field for it.
  const whose = field("E-mail address", { name: "username", type: "email", autocomplete: "username", value: username, readonly: true });
  if (flow === "sign-in") {
    const password = field("Password", { name: "password", type: "password", autocomplete: "current-password" });
    return ask({ title: "Your password", ...why, fields: [whose, password], action: why ? "Continue" : "Sign in", submit: (values) => state.submitPassword(values.password) });
  }
  return ask({
    title: "Choose a password", fields: [whose, newPasswordField()], action: "Continue",
    submit: ({ password }) => (state.submitNewPassword ? state.submitNewPassword(password) : state.submitPassword(password)),
  });
}

/** Labels of attributes that a tenant may ask for; others are shown by their name. */
const LABELS = { displayName: ["Your name", "name"], givenName: ["First name", "given-name"], surname: ["Last name", "family-name"], city: ["City", "address-level2"],
  postalCode: ["Postal code", "postal-code"], streetAddress: ["Street", "street-address"], country: ["Country", "country-name"], state: ["State", "address-level1"], jobTitle: ["Job title", "organization-title"] };

function enterAttributes(state) {
  const fields = state.getRequiredAttributes().map(({ name, required }) => {
    const [label, autocomplete] = LABELS[name] ?? [name, "off"];
    return field(label, { name, required, autocomplete });
  });
  return ask({ title: "About you", fields, action: "Open the account", submit: (values) => state.submitAttributes(values) });
}

/**
 * Asks for a code to be sent, and remembers on the result how to ask once more (`resend`) and what else there is (`ways`): both are
 * given the newest state, because its continuation token replaced the ones before.
 */
const asked = async (request, state, ways) => Object.assign(await request(state), { resend: request, ways });

/** Second factor: which of the methods on file. */
function chooseMethod(state, { why }) {
  const by = (method) => CHANNELS[method.challenge_channel]?.by ?? "";
  const ways = state.getAuthMethods().map((method) => {
    const request = (newest) => newest.requestChallenge(method.id);
    return { name: by(method), label: `Send a code ${by(method)} to ${masked(method.login_hint)}`, run: (newest) => asked(request, newest, ways) };
  });
  const [first, ...rest] = ways;
  return ask({
    title: "Confirm that it is you",
    intro: "The bank asks for a second proof here. A code shows that the phone or the mailbox is yours.", ...why,
    action: first.label, submit: () => first.run(state), others: rest.map((way) => ({ label: way.label, run: () => way.run(state) })),
  });
}

/** Policy wants a second factor, and the user has none yet. */
function registerMethod(state, { kinds = state.getAuthMethods() }) {
  const of = (channel) => kinds.find((kind) => kind.challenge_channel === channel);
  const ways = [{ name: "to another number or mailbox", run: (newest) => registerMethod(newest, { kinds }) }];
  const send = (kind, contact) => asked((newest) => newest.challengeAuthMethod({ authMethodType: kind, verificationContact: contact }), state, ways);
  const toMailbox = () => {
    const contact = field("Another e-mail address", { name: "contact", type: "email", autocomplete: "email", hint: "Not the one that you sign in with" });
    return ask({ title: "Add a mailbox", fields: [contact], action: "Send a code", submit: (values) => send(of("email"), values.contact.trim()) });
  };
  if (!of("sms")) return toMailbox();
  const contact = field("Mobile number", { name: "contact", type: "tel", autocomplete: "tel", hint: "With the country, for example +43 660 1234567" });
  return ask({
    title: "Add a phone", intro: "From now on you also confirm with a code on your phone, so that a stolen password is not enough.",
    fields: [contact], action: "Send a code", submit: (values) => send(of("sms"), values.contact.replace(/[\s()/-]/g, "")),
    others: of("email") ? [{ label: "Use a mailbox instead", run: toMailbox }] : [],
  });
}

function enterSecondCode(state, { resend, ways = [] }) {
  let current = state;
  const length = state.getCodeLength();
  const { by, to } = CHANNELS[state.getChannel()] ?? CHANNELS.sms;
  return ask({
    title: `Look at ${to}`, intro: `We sent a code ${by} to ${masked(state.getSentTo())}.`,
    fields: [codeField(length)], check: checkCode(length), action: "Confirm",
    submit: ({ code }) => current.submitChallenge(digitsOf(code)),
    others: [
      { label: "Send a new code", run: async () => {
        const result = await resend(current);
        if (result.isFailed()) return result;
        current = result.state;
        return { said: REPLACED };
      } },
      ...ways.filter((way) => way.name !== by).map((way) => ({ label: `Use another method: a code ${way.name}`, run: () => way.run(current) })),
    ],
  });
}

const STEPS = [
  ["isCodeRequired", enterCode], ["isPasswordRequired", enterPassword], ["isAttributesRequired", enterAttributes],
  ["isMfaRequired", chooseMethod], ["isVerificationRequired", enterSecondCode], ["isAuthMethodRegistrationRequired", registerMethod],
];

/**
 * Asks for whatever the server wants, until it gives tokens; resolves with MSAL's account.
 *   result:  of app.signIn(), signUp() or resetPassword()
 *   context: { flow, username, scopes, claims, why }; `why`: title and intro of the first question, where it needs other words
 * Rejects with Refused when the server does not let the user in.
 */
export async function complete(result, asked) {
  const context = { ...asked };
  for (;;) {
    if (result.isFailed()) throw new Refused(result.error);
    if (result.isCompleted?.()) {
      if (result.data) return result.data;
      // Signed up, or the password is new: the same proof also signs in, if policy lets it.
      result = await result.state.signIn({ scopes: context.scopes, claims: context.claims });
      continue;
    }
    const [, step] = STEPS.find(([wanted]) => result[wanted]?.()) ?? [];
    if (!step) throw new Refused(result.error);
    result = await step(result.state, { ...context, resend: result.resend, ways: result.ways });
    delete context.why;
  }
}
