// What the server refused, in plain words, with what to do next.
import { secondsToWait } from "./retry-after.js";

const waitText = () => {
  const seconds = secondsToWait();
  if (seconds === 0) return "Try again a little later.";
  return seconds < 90 ? `Try again in ${seconds} seconds.` : `Try again in ${Math.ceil(seconds / 60)} minutes.`;
};

const PASSWORDS = {
  password_too_short: "That password is too short. Use at least 8 characters; a sentence is easy to keep in mind.",
  password_too_long: "That password is too long.",
  password_too_weak: "That password is easy to guess. Use some words that do not belong together.",
  password_banned: "That password is common, or contains your name or the bank's. Use some words that do not belong together.",
  password_recently_used: "You have used that password before. Choose a new one.",
  password_is_invalid: "That password cannot be used. Choose another one.",
};

/** In order: the first that fits an error of MSAL (`errorData`) says it. `ends`: the flow is over; otherwise the user stays at the step. */
const MEANINGS = [
  { fits: (e) => e.error === "access_denied" && e.subError === "provider_blocked_by_rep", text: "No code can be sent there. Use another phone number or mailbox." },
  { fits: (e) => e.error === "interaction_required" || e.error === "no_tokens_found" || e.subError === "bad_token", ends: "again", text: "Your session has ended. Sign in again." },
  { fits: (e) => e.subError === "message_only", ends: "again", text: "The bank's rules do not allow you to go on here at the moment. Sign in again, or call us." },
  { fits: (e) => e.error === "access_denied", ends: "blocked", text: "The bank's rules do not allow this. Call us, or come to a branch with your identity card: we find out why and help." },
  { fits: (e) => e.error === "expired_token", ends: "expired", text: "This took too long, or there were too many wrong tries. Start again from the beginning." },
  { fits: (e) => e.codes.includes(55200), ends: "expired", text: "This step was finished already. Start again from the beginning." },
  { fits: (e) => e.codes.includes(50053), text: () => `There were too many wrong tries. ${waitText()}` },
  { fits: (e) => e.codes.includes(90055), text: () => `We cannot send another code yet. ${waitText()}` },
  { fits: (e) => e.codes.includes(50126), text: "E-mail address and password do not belong together. Try again, or reset your password." },
  { fits: (e) => e.subError === "invalid_oob_value", text: "That code is not right. Look at the newest message and try again." },
  { fits: (e) => e.subError in PASSWORDS, text: (e) => PASSWORDS[e.subError] },
  { fits: (e) => e.subError === "attribute_validation_failed", text: "Something in this form cannot be used. Check what you typed." },
  { fits: (e) => e.error === "user_not_found", text: "We do not know this e-mail address. Check it, or open an account." },
  { fits: (e) => e.error === "user_already_exists", ends: "exists", text: "There is an account with this e-mail address already. Sign in, or reset your password." },
  { fits: (e) => e.codes.includes(90100), text: "That is no e-mail address. It looks like name@example.com." },
  { fits: (e) => e.codes.includes(901001), text: "No code can be sent there. A phone number begins with + and the country: +43 660 1234567." },
  { fits: (e) => e.codes.includes(50142), ends: "reset", text: "Your password has to be replaced first. Reset it, then sign in." },
  { fits: (e) => e.error === "redirect", ends: "blocked", text: "This account signs in another way. Call us, and we explain how." },
  { fits: (e) => e.error === "server_error", text: "The bank cannot be reached at the moment. Try again in a minute." },
];
const UNKNOWN = "That did not work. Try again; if it goes on, call us.";

/** `error`: what a failed result of MSAL holds. Returns `{ text, ends }`. */
export function explain(error) {
  const data = error?.errorData ?? {};
  const seen = { error: data.error ?? "", subError: data.subError ?? "", codes: data.errorCodes ?? [] };
  if (error?.isRedirectRequired?.()) seen.error = "redirect";
  const meaning = MEANINGS.find((each) => each.fits(seen));
  if (!meaning) return { text: UNKNOWN };
  return { text: typeof meaning.text === "function" ? meaning.text(seen) : meaning.text, ends: meaning.ends };
}

/** Ends a flow: the server refused something that no other input would change. */
export class Refused extends Error {
  constructor(error) {
    const { text, ends } = explain(error);
    super(text);
    this.ends = ends;
  }
}
