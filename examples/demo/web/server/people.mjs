// The users of the provisioning file, as the page lists them. Their passwords are in the file for everybody to read.
import { readFileSync } from "node:fs";

function about(user) {
  const frozen = user.groups?.includes("Frozen Accounts");
  const wealthy = user.groups?.includes("Wealth Clients");
  if (frozen) return "The fraud desk froze this account";
  if (user.sign_in_risk === "high") return "The risk of this sign-in is high";
  if (user.sign_in_risk === "medium") return "The risk of this sign-in is medium";
  if (wealthy && user.channels?.length === 0) return "Wealth client without a phone on file";
  if (wealthy) return "Wealth client: always a second factor";
  return user.password ? "An ordinary day: a password is enough" : "No password: a code by e-mail";
}

/** `path`: a file as `gated provision` reads it. */
export function readPeople(path) {
  return JSON.parse(readFileSync(path, "utf8")).users.map((user) => (
    { username: user.username, name: user.display_name, password: user.password, about: about(user) }));
}
