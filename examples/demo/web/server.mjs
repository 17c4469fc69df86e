// The page server of the demo: the page, the bank's APIs and a proxy to gated on one origin, on 127.0.0.1 alone.
//
//   server.mjs --gated URL --bin FOLDER --config FILE [--port 3000] [--port-file FILE]
//
// Everything below /demo/ exists for the demo only: it shows codes and decisions to anybody who asks. See README.md.
import { createServer } from "node:http";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { TENANT } from "./page/settings.js";
import { makeBank } from "./server/bank.mjs";
import { followDecisions } from "./server/decisions.mjs";
import { Events } from "./server/events.mjs";
import { followFile } from "./server/follow.mjs";
import { Refusal, send, sendJson } from "./server/http.mjs";
import { readPeople } from "./server/people.mjs";
import { makeProxy } from "./server/proxy.mjs";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");

const { values: options } = parseArgs({ options: {
  gated: { type: "string" },
  bin: { type: "string" },
  config: { type: "string" },
  port: { type: "string", default: "3000" },
  "port-file": { type: "string" },
  page: { type: "string", default: join(ROOT, "build/demo/web") },
  outbox: { type: "string", default: join(ROOT, "build/demo/outbox.jsonl") },
  policies: { type: "string", default: join(ROOT, "examples/retail-bank") },
  people: { type: "string", default: join(ROOT, "examples/demo/users.json") },
} });

function fail(message) {
  console.error(`error: ${message}`);
  process.exit(1);
}
for (const needed of ["gated", "bin", "config"]) if (!options[needed]) fail(`--${needed} is needed`);
if (!existsSync(join(options.page, "main.js"))) fail(`${options.page} has no page; make it with: node examples/demo/web/build.mjs`);

/** The whole page, in memory: no path of a request ever names a file. */
const FILES = Object.fromEntries([["/", "index.html", "text/html; charset=utf-8"], ["/main.js", "main.js", "text/javascript; charset=utf-8"],
  ["/style.css", "style.css", "text/css; charset=utf-8"], ["/icon.svg", "icon.svg", "image/svg+xml"]]
  .map(([path, file, type]) => [path, { type, body: readFileSync(join(options.page, file)) }]));

const people = readPeople(options.people);
const events = new Events();
const bank = makeBank(`${options.gated}/${TENANT}`);
const proxy = makeProxy({ gated: options.gated, tenant: TENANT });
const stopOutbox = followFile(options.outbox, (message) => events.tell("message", message));
const decisions = followDecisions({
  gated: join(options.bin, "gated"), gatec: join(options.bin, "gatec"), config: options.config, policies: options.policies,
}, (decision) => events.tell("decision", decision));

async function demo(request, response, path) {
  if (request.method !== "GET") throw new Refusal(405, "only GET", { allow: "GET" });
  if (path === "/demo/people") return sendJson(response, 200, people);
  if (path === "/demo/events") return events.read(request, response);
  const decision = /^\/demo\/decisions\/([\w.-]{1,200})$/.exec(path)?.[1];
  if (decision) return sendJson(response, 200, await decisions.explain(decision));
  throw new Refusal(404, "there is nothing here");
}

async function handle(request, response) {
  // Another name for this machine would make another site's page look like our own (DNS rebinding).
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? "")) throw new Refusal(421, "this server is http://127.0.0.1");
  const url = request.url.startsWith("/") && !request.url.startsWith("//") ? new URL(request.url, "http://127.0.0.1") : undefined;
  if (!url) throw new Refusal(404, "there is nothing here");
  const file = Object.hasOwn(FILES, url.pathname) && FILES[url.pathname];
  if (file) {
    if (request.method !== "GET" && request.method !== "HEAD") throw new Refusal(405, "only GET", { allow: "GET, HEAD" });
    return send(response, 200, file.body, { "content-type": file.type, "cache-control": "no-cache" });
  }
  if (proxy.takes(url.pathname)) return proxy.carry(request, response, url);
  const site = request.headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") throw new Refusal(403, "this is for the page of this server");
  if (url.pathname.startsWith("/demo/")) return demo(request, response, url.pathname);
  const api = bank.route(request.method, url.pathname);
  if (api) return api(request, response);
  throw new Refusal(404, "there is nothing here");
}

const server = createServer({ requestTimeout: 15_000, headersTimeout: 10_000, maxHeaderSize: 16 * 1024 }, (request, response) => {
  handle(request, response).catch((error) => {
    if (response.headersSent) return response.destroy();
    if (error instanceof Refusal) return sendJson(response, error.status, { error: error.message }, error.headers);
    console.error(error);
    sendJson(response, 500, { error: "the page server failed; its log says why" });
  });
});
server.maxConnections = 200;
server.on("error", (error) => fail(error.code === "EADDRINUSE"
  ? `port ${options.port} is in use; choose another with GATE_DEMO_PORT=4000, or 0 for any` : error.message));
server.listen(Number(options.port), "127.0.0.1", () => {
  const { port } = server.address();
  console.log(`http://127.0.0.1:${port}/`);
  if (options["port-file"]) {
    writeFileSync(`${options["port-file"]}.new`, `${port}\n`);
    renameSync(`${options["port-file"]}.new`, options["port-file"]);
  }
});

for (const signal of ["SIGINT", "SIGTERM"]) {
  process.on(signal, () => {
    stopOutbox();
    events.close();
    server.close(() => process.exit(0));
    server.closeAllConnections();
  });
}
process.on("exit", () => decisions.stop());
