// The bank's two APIs, and what an app does when one of them answers with a claims challenge.
import { Refused } from "./errors.js";

/** The `claims` that a 401 asks for, or undefined: docs/api/tokens.md, "Authentication contexts". */
function challengeOf(answer) {
  const header = answer.headers.get("www-authenticate") ?? "";
  const claims = /error="insufficient_claims".*claims="([^"]+)"/.exec(header)?.[1];
  return claims && atob(claims.replaceAll("-", "+").replaceAll("_", "/"));
}

async function call(token, path, body) {
  const answer = await fetch(path, {
    method: body ? "POST" : "GET", body: body && JSON.stringify(body),
    headers: { authorization: `Bearer ${token}`, ...(body && { "content-type": "application/json" }) },
  });
  const challenge = answer.status === 401 ? challengeOf(answer) : undefined;
  const content = await answer.json();
  if (!answer.ok && !challenge) throw new Error(content.error ?? `status ${answer.status}`);
  return { content, challenge };
}

/** An access token of the account: from the cache, or renewed. */
async function tokenOf(account, scopes) {
  const got = await account.getAccessToken({ scopes });
  if (got.isFailed()) throw new Refused(got.error);
  return got.data.accessToken;
}

/**
 * Calls an API for an account of MSAL. When it demands an authentication context, `stepUp(claims)` gets a token that has it, and the call is made again.
 * Resolves with the content of the answer.
 */
export async function callApi({ account, scopes, path, body, stepUp }) {
  const first = await call(await tokenOf(account, scopes), path, body);
  if (!first.challenge) return first.content;
  const second = await call(await stepUp(first.challenge), path, body);
  if (second.challenge) throw new Error("the API asks again for what was just shown");
  return second.content;
}
