// Carries the requests of MSAL to gated, so that page and API have one origin, as Microsoft advises for browsers
// (native-auth-api 1.2). A bank would do this in the web server that it has; this one shows what matters.
import { request as ask } from "node:http";
import { Refusal, SECURITY_HEADERS, readBody } from "./http.mjs";

/** Nothing but the endpoints of the Native Authentication API, version 1. */
const ENDPOINTS = /^\/(oauth2\/v2\.0\/(initiate|challenge|introspect|token)|signup\/v1\.0\/(start|challenge|continue)|resetpassword\/v1\.0\/(start|challenge|continue|submit|poll_completion)|register\/v1\.0\/(introspect|challenge|continue))$/;
const PATIENCE_MS = 30_000;
/** What gated may know of the caller. Cookies, credentials and the page's origin are not among it. */
const PASSED_ON = /^(content-type|user-agent|accept-language|client-request-id|x-client-[a-z-]+|x-gate-device-key)$/;
const PASSED_BACK = new Set(["content-type", "cache-control", "pragma", "retry-after", "x-ms-request-id", "client-request-id"]);

const only = (headers, wanted) => Object.fromEntries(Object.entries(headers).filter(([name]) => wanted(name)));

export function makeProxy({ gated, tenant }) {
  const base = new URL(gated);

  /** Whether the path is one of gated's. */
  const takes = (path) => path.startsWith(`/${tenant}/`) && ENDPOINTS.test(path.slice(tenant.length + 1));

  async function carry(request, response, url) {
    if (request.method !== "POST") throw new Refusal(405, "the API takes POST", { allow: "POST" });
    const body = await readBody(request);
    const headers = {
      ...only(request.headers, (name) => PASSED_ON.test(name)),
      host: base.host, "content-length": body.length,
      // Set, not added to: what the caller says of its own address is not believed. gated reads it with http.trusted_proxies.
      "x-forwarded-for": request.socket.remoteAddress,
    };
    await new Promise((done) => {
      const onward = ask(base, { method: "POST", path: url.pathname + url.search, headers, timeout: PATIENCE_MS }, (answer) => {
        response.writeHead(answer.statusCode, { ...SECURITY_HEADERS, ...only(answer.headers, (name) => PASSED_BACK.has(name)) });
        answer.pipe(response);
        answer.on("close", done);
      });
      onward.on("timeout", () => onward.destroy(new Error("no answer in time")));
      onward.on("error", (error) => {
        console.error(`${url.pathname}: gated: ${error.message}`);
        if (!response.headersSent) {
          response.writeHead(502, { ...SECURITY_HEADERS, "content-type": "application/json", "cache-control": "no-store" });
          // An object, because MSAL reads every answer as one.
          response.end(JSON.stringify({ error: "server_error", error_description: "The sign-in server does not answer.", error_codes: [] }));
        } else response.destroy();
        done();
      });
      onward.end(body);
    });
  }
  return { takes, carry };
}
