// A payment API. Up to the limit a token with the scope `payments` is enough. Above it the token must show that the sign-in was decided
// for the authentication context "approve a payment"; if it does not, the answer is a claims challenge.
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { TokenRefused, findIssuer, hasContext, verifyAccessToken } from "./access_token.mjs";
import { demandContext } from "./challenge.mjs";

const BODY_MAX = 4096;

/** @typedef {{ authority: string, audience: string, scope?: string, context?: string, limit?: number, now?: () => Date }} Options: `limit` in euro */

/** The API as a node:http server that does not listen yet. @param {Options} options */
export async function createPaymentApi({ authority, audience, scope = "payments", context = "c1", limit = 1000, now = () => new Date() }) {
  const issuer = await findIssuer(authority);
  const payments = [];
  return createServer(async (request, response) => {
    const answer = (status, body, headers = {}) => {
      response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store", ...headers });
      response.end(JSON.stringify(body));
    };
    if (request.method !== "POST" || request.url !== "/payments") return answer(404, { error: "not_found" });
    const [scheme, token] = (request.headers.authorization ?? "").split(" ");
    if (scheme.toLowerCase() !== "bearer" || !token) {
      return answer(401, { error: "no_token" }, { "www-authenticate": 'Bearer realm=""' });
    }
    try {
      const claims = await verifyAccessToken(token, issuer, { audience, scope, now: now() });
      const payment = await readPayment(request);
      if (!payment) return answer(400, { error: "invalid_request", hint: "send {\"to\": text, \"amount\": euro above 0 in whole cents}" });
      if (payment.amount > limit && !hasContext(claims, context)) {
        return answer(401, { error: "insufficient_claims" }, { "www-authenticate": demandContext(context) });
      }
      payments.push({ by: claims.sub, ...payment });
      return answer(201, { id: payments.length, ...payment });
    } catch (error) {
      if (!(error instanceof TokenRefused)) {
        console.error(error);
        return answer(500, { error: "server_error" });
      }
      const status = error.code === "insufficient_scope" ? 403 : 401;
      return answer(status, { error: error.code }, { "www-authenticate": `Bearer realm="", error="${error.code}", error_description="${error.message}"` });
    }
  });
}

async function readPayment(request) {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) {
    text += chunk;
    if (text.length > BODY_MAX) return null;
  }
  try {
    const { to, amount } = JSON.parse(text);
    const inCents = Math.round(amount * 100);
    const valid = typeof to === "string" && to !== "" && typeof amount === "number" && inCents > 0 && Number.isSafeInteger(inCents) && inCents / 100 === amount;
    return valid ? { to, amount } : null;
  } catch {
    return null;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { AUTHORITY, AUDIENCE = "api://retail-bank", PORT = "8500" } = process.env;
  if (!AUTHORITY) {
    console.error("AUTHORITY has to name the tenant at the authorization server, such as https://id.bank.example/TENANT");
    process.exit(1);
  }
  const api = await createPaymentApi({ authority: AUTHORITY, audience: AUDIENCE });
  api.listen(Number(PORT), "127.0.0.1", () => console.log(`payments at http://127.0.0.1:${api.address().port}/payments`));
}
