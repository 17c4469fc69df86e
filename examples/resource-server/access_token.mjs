// What an API checks of an access token (docs/api.md), and nothing else of this example.
import { createRemoteJWKSet, jwtVerify } from "jose";

/** Reads where the issuer says that its keys are. `authority`: "https://id.bank.example/TENANT". */
export async function findIssuer(authority) {
  const response = await fetch(`${authority}/v2.0/.well-known/openid-configuration`);
  if (!response.ok) throw new Error(`${authority} has no discovery document: status ${response.status}`);
  const { issuer, jwks_uri } = await response.json();
  return { issuer, keys: createRemoteJWKSet(new URL(jwks_uri)) };
}

/** Why a token is refused; `code` is an error of RFC 6750. */
export class TokenRefused extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/**
 * The claims of the token, if this API may act on it. `typ` keeps ID tokens out; `aud` those for other APIs; the list of algorithms
 * `none` and HMAC. A few seconds are allowed for clocks that differ.
 */
export async function verifyAccessToken(token, { issuer, keys }, { audience, scope, now = new Date() }) {
  let claims;
  try {
    ({ payload: claims } = await jwtVerify(token, keys, {
      issuer, audience, typ: "at+jwt", algorithms: ["ES256"], clockTolerance: 5, currentDate: now, requiredClaims: ["exp", "iat", "sub", "auth_time"],
    }));
  } catch (error) {
    throw new TokenRefused("invalid_token", error.code ?? "the access token cannot be verified");
  }
  if (typeof claims.aud !== "string") throw new TokenRefused("invalid_token", "the token is for several audiences");
  if (!String(claims.scp ?? "").split(" ").includes(scope)) throw new TokenRefused("insufficient_scope", `the scope ${scope} is missing`);
  return claims;
}

/** True if the sign-in behind the token was decided for this authentication context. The server alone writes `acrs`. */
export function hasContext(claims, context) {
  return Array.isArray(claims.acrs) && claims.acrs.includes(context);
}
