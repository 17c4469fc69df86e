// A token with an authentication context, for an API that demanded one.
import { Refused } from "./errors.js";
import { ask } from "./form.js";
import { complete } from "./steps.js";

/**
 * First without a question: the session may have shown what the context needs a few minutes ago. Otherwise the server answers
 * `interaction_required`, and the user signs in again, with the context named.
 *   session: { app, account, scopes, username, entered }; `why`: { title, intro, action } of the question
 */
export async function stepUp(session, claims, why) {
  const { app, scopes, username } = session;
  const silent = await session.account.getAccessToken({ scopes, claims, forceRefresh: true });
  if (!silent.isFailed()) return silent.data.accessToken;
  if (silent.error.errorData.error !== "interaction_required") throw new Refused(silent.error);
  const result = await ask({ ...why, submit: async () => {
    await session.account.signOut();  // of the cache alone: MSAL refuses a second sign-in beside the first
    return app.signIn({ username, scopes, claims });
  } });
  const account = await complete(result, { flow: "sign-in", username, scopes, claims }).catch((error) => {
    session.left();
    throw error;
  });
  session.entered(account);
  const fresh = await account.getAccessToken({ scopes });
  if (fresh.isFailed()) throw new Refused(fresh.error);
  return fresh.data.accessToken;
}
