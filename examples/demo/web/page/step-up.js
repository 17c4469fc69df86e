// A token with an authentication context, for an API that demanded one.
import { Refused } from "./errors.js";
import { StepUpFlow } from "./step-up-flow.js";
import { complete } from "./steps.js";

/**
 * First without a question: the session may have shown what the context needs a few minutes ago. Otherwise the server says what is
 * missing, and only that is asked for. The session stays as it is; the token has the context and is for this call alone.
 *   session: { account, renewals, scopes, username }; `why`: { title, intro } of the first question
 * Rejects with Refused when only a sign-in from scratch can help.
 */
export async function stepUp({ account, renewals, scopes, username }, claims, why) {
  const silent = await account.getAccessToken({ scopes, claims, forceRefresh: true });
  if (!silent.isFailed()) return silent.data.accessToken;
  const opened = renewals.take();
  if (!opened) throw new Refused(silent.error);
  const result = await new StepUpFlow(opened, scopes).begin();
  return (await complete(result, { flow: "sign-in", username, why })).accessToken;
}
