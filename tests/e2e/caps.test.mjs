// What a whole server may have sent (B5): caps per calling prefix, across a restart, and who can see that one was reached.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { Gated, PASSWORD, TENANT, user } from "./lib/server.mjs";
import { Wire } from "./lib/wire.mjs";

let gated;
let wire;
let metricsPort;

/** A port that is free at the moment. */
async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

before(async () => {
  metricsPort = await freePort();
  gated = await Gated.start({
    http: `metrics_port = ${metricsPort}`,
    sign_in: "resend_seconds = 0\nsends_per_hour = 1000\nsends_per_day = 1000\nsms_per_prefix_hour = 2",
    users: ["pat", "quin", "rose"].map((name) => user(name, { password: PASSWORD, groups: ["Wealth Clients"] })),
  });
  wire = new Wire(gated);
});
after(() => gated?.remove());

/** Asks for a code on the user's phone, after the password. */
async function askForText(name) {
  const demanded = await wire.withPassword(`${name}@customer.example`, PASSWORD);
  const offered = await wire.introspect(demanded.continuation_token);
  const { id } = offered.methods.find((method) => method.challenge_channel === "sms");
  return fetch(`${gated.origin}/${TENANT}/oauth2/v2.0/challenge`, {
    method: "POST", body: new URLSearchParams({ client_id: wire.client, continuation_token: offered.continuation_token, challenge_type: "oob redirect", id }),
  });
}
const metrics = () => fetch(`http://127.0.0.1:${metricsPort}/metrics`);
const count = async () => Number(/^gated_send_cap_refusals_total\{cap="prefix",channel="sms",share="all",window="hour"\} (\d+)$/m.exec(await (await metrics()).text())?.[1]);
const texts = () => (existsSync(gated.outbox) ? readFileSync(gated.outbox, "utf8") : "").split("\n").filter(Boolean).map((line) => JSON.parse(line)).filter((m) => m.channel === "sms");

test("B5, B7: a cap per calling prefix holds, across a restart, and says no more to clients than that they have to wait", async () => {
  assert.equal((await askForText("pat")).status, 200);
  assert.equal(await count(), 0);
  await gated.stop("SIGKILL");
  await gated.run();
  assert.equal((await askForText("quin")).status, 200);
  const refused = await askForText("rose");
  assert.equal(refused.status, 400);
  assert.equal(refused.headers.get("retry-after"), "1");
  const body = await refused.json();
  assert.equal(body.error, "invalid_request");
  assert.equal(body.error_description, "AADSTS90055: Too many codes were requested. Try again later.");
  assert.ok(texts().every((message) => message.to !== gated.provisioning.users[2].channels[1].address), "a message was sent all the same");
  assert.equal(await count(), 1);
  const row = gated.audit().find((entry) => entry.type === "send_cap");
  assert.equal(row.reasons, "send_cap_reached: sms per prefix 43, 2 in one hour");
  assert.equal(row.user, gated.provisioning.users[2].id);
  assert.equal(gated.command("audit verify").status, 0);
});

test("B5: counters are on the port for operators alone", async () => {
  const answer = await metrics();
  assert.equal(answer.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  assert.equal((await fetch(`${gated.origin}/metrics`)).status, 404);
  assert.equal((await fetch(`http://127.0.0.1:${metricsPort}/${TENANT}/oauth2/v2.0/token`, { method: "POST", body: "x=1" })).status, 404);
  assert.ok(!JSON.stringify(await gated.ready()).includes("cap"));
});
