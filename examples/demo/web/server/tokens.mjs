// The tokens of requests: verified as in examples/resource-server, which is an API by itself.
import "./web-crypto.mjs";
import { TokenRefused, findIssuer, hasContext, verifyAccessToken } from "../../../resource-server/access_token.mjs";
import { demandContext } from "../../../resource-server/challenge.mjs";
import { Refusal } from "./http.mjs";

/** RFC 6750: a token that is good for less is 403, so that the client does not look for another one like it. */
const refuse = (code, message) => new Refusal(code === "insufficient_scope" ? 403 : 401, message, { "www-authenticate": `Bearer realm="", error="${code}"` });

/** `authority`: gated's address and the tenant. It is asked for its keys at the first request. */
export function makeVerifier(authority) {
  let found;
  const issuer = () => {
    found ??= findIssuer(authority).catch((error) => {
      found = undefined;  // asked again by the next request
      throw error;
    });
    return found;
  };

  /** The claims of the request's bearer token, if it is good for this audience and scope. Otherwise the request is refused. */
  return async function bearer(request, audience, scope) {
    const token = /^Bearer ([\w.-]+)$/i.exec(request.headers.authorization ?? "")?.[1];
    if (!token) throw refuse("invalid_token", "a token for this API is needed");
    try {
      return await verifyAccessToken(token, await issuer(), { audience, scope });
    } catch (error) {
      throw error instanceof TokenRefused ? refuse(error.code, error.message) : error;
    }
  };
}

/** Refuses a request whose token lacks an authentication context, with the challenge that says which. */
export function needContext(claims, context) {
  if (hasContext(claims, context)) return;
  throw new Refusal(401, `this needs the authentication context ${context}`, { "www-authenticate": demandContext(context) });
}
