// Verifies access tokens as docs/api/tokens.md says: the checks of RFC 9068 with what Node brings.
import { createPublicKey, verify } from "node:crypto";
import { Refusal } from "./http.mjs";

const REFETCH_MS = 10_000;
const PATIENCE_MS = 5_000;
/** Clocks differ a little. */
const LEEWAY_S = 5;

/** A part of a token as an object; an empty one if it is none, which no check below lets pass. */
function decoded(part) {
  try {
    const value = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return value !== null && typeof value === "object" ? value : {};
  } catch {
    return {};
  }
}

const isSignedBy = (key, [head, body, signature]) => verify("sha256", Buffer.from(`${head}.${body}`), { key, dsaEncoding: "ieee-p1363" }, Buffer.from(signature, "base64url"));

/** `issuer`: of the tenant; `keysUrl`: its `jwks_uri`. */
export function makeVerifier({ issuer, keysUrl }) {
  let keys = new Map();
  let fetchedAt = -Infinity;

  async function keyOf(kid) {
    if (!keys.has(kid) && performance.now() - fetchedAt > REFETCH_MS) {  // a new key, or a made-up one
      const answer = await fetch(keysUrl, { signal: AbortSignal.timeout(PATIENCE_MS) });
      if (!answer.ok) throw new Error(`${keysUrl}: status ${answer.status}`);
      keys = new Map((await answer.json()).keys.map((jwk) => [jwk.kid, createPublicKey({ key: jwk, format: "jwk" })]));
      fetchedAt = performance.now();
    }
    return keys.get(kid);
  }

  async function claimsOf(token, audience, scope) {
    const parts = token.split(".");
    if (parts.length !== 3) return undefined;
    const header = decoded(parts[0]);
    // The algorithm is ours to say, never the token's.
    if (header.alg !== "ES256" || header.typ !== "at+jwt") return undefined;
    const key = await keyOf(header.kid);
    if (!key || !isSignedBy(key, parts)) return undefined;
    const claims = decoded(parts[1]);
    const now = Date.now() / 1000;
    const fits = claims.iss === issuer && claims.aud === audience && claims.exp > now - LEEWAY_S && claims.nbf <= now + LEEWAY_S &&
      String(claims.scp).split(" ").includes(scope);
    return fits ? claims : undefined;
  }

  /** The claims of the request's bearer token, if it is good for this audience and scope. Otherwise the request is refused. */
  return async function bearer(request, audience, scope) {
    const token = /^Bearer ([\w.-]+)$/.exec(request.headers.authorization ?? "")?.[1];
    const claims = token && await claimsOf(token, audience, scope);
    if (!claims) throw new Refusal(401, "a token for this API is needed", { "www-authenticate": 'Bearer realm="retail-bank", error="invalid_token"' });
    return claims;
  };
}

/** The refusal of a token that lacks an authentication context: the claims challenge that MSAL's documents describe. */
export function demandContext(claims, context) {
  if (Array.isArray(claims.acrs) && claims.acrs.includes(context)) return;
  const wanted = Buffer.from(JSON.stringify({ access_token: { acrs: { essential: true, value: context } } })).toString("base64");
  throw new Refusal(401, `this needs the authentication context ${context}`,
    { "www-authenticate": `Bearer realm="retail-bank", error="insufficient_claims", claims="${wanted}"` });
}
