// What every answer of the page server has in common.

/** Only this origin's own files and addresses; no inline script, no frame, no plug-in. */
const POLICY = [
  "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'",
  "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'",
].join("; ");

export const SECURITY_HEADERS = {
  "content-security-policy": POLICY,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), geolocation=(), microphone=()",
};

export function send(response, status, body = "", headers = {}) {
  response.writeHead(status, { ...SECURITY_HEADERS, "cache-control": "no-store", "content-type": "text/plain; charset=utf-8", ...headers });
  response.end(body);
}

export function sendJson(response, status, value, headers = {}) {
  send(response, status, JSON.stringify(value), { "content-type": "application/json", ...headers });
}

/** An answer that ends the request: thrown anywhere while one is handled. */
export class Refusal extends Error {
  constructor(status, message, headers = {}) {
    super(message);
    Object.assign(this, { status, headers });
  }
}

/** The whole body, at most `limit` bytes. */
export async function readBody(request, limit = 16 * 1024) {
  const parts = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > limit) throw new Refusal(413, `a request has at most ${limit} bytes`, { connection: "close" });
    parts.push(part);
  }
  return Buffer.concat(parts);
}

/** The body as an object. */
export async function readJson(request) {
  if (!/^application\/json\b/.test(request.headers["content-type"] ?? "")) throw new Refusal(415, "send application/json");
  const text = (await readBody(request)).toString("utf8");
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Refusal(400, "the body is no JSON");
  }
  if (value === null || typeof value !== "object") throw new Refusal(400, "the body is no JSON object");
  return value;
}
