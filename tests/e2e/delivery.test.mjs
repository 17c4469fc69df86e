// Codes that leave by a real SMTP server and by an SMS gateway.
import { test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync, writeFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Gated, PASSWORD, Peer, eventually, user } from "./lib/server.mjs";
import { Wire, assertSuberror, assertTokens } from "./lib/wire.mjs";

async function withPeers(behaviours, use) {
  const folder = mkdtempSync(join(tmpdir(), "gate-peers-"));
  const token = join(folder, "token");
  writeFileSync(token, "s3cret\n", { mode: 0o600 });
  const smtp = await Peer.start("smtp", behaviours.smtp);
  const sms = await Peer.start("sms", behaviours.sms);
  const gated = await Gated.start({
    users: [user("ella"), user("wanda", { password: PASSWORD, groups: ["Wealth Clients"] })],
    deliver: `[delivery]
email = "smtp"
sms = "twilio"
poll_milliseconds = 50
[smtp]
host = "127.0.0.1"
port = ${smtp.port}
tls = "none"
from = "no-reply@bank.example"
from_name = "Retail Bank"
[twilio]
base_url = "http://127.0.0.1:${sms.port}"
account_sid = "AC1"
auth_token_file = "${token}"
from = "+15550100000"`,
  });
  try {
    await use({ gated, smtp, sms, wire: new Wire(gated) });
  } finally {
    await gated.remove();
    smtp.stop();
    sms.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
const codeIn = (text) => /\b\d{8}\b/.exec(text)[0];

test("the code of a mail signs in", () => withPeers({}, async ({ smtp, wire, gated }) => {
  const challenged = await wire.askForCode("ella@customer.example");
  const mail = await smtp.next();
  assert.deepEqual(mail.to, ["ella@customer.example"]);
  assert.match(mail.content, /^From: "Retail Bank" <no-reply@bank\.example>\r$/m);
  assert.match(mail.content, /^Message-ID: <[^<>\s]+@bank\.example>\r$/m);
  const oob = codeIn(mail.content.slice(mail.content.indexOf("\r\n\r\n")));
  assertTokens(await wire.token("oob", challenged.continuation_token, { oob }));
  const sent = await eventually("the log line", () => gated.events("delivery")[0]);
  assert.equal(sent.outcome, "sent");
  assert.ok(!gated.log.join("\n").includes(oob) && !JSON.stringify(sent).includes("ella@"));
}));

test("the code of a text message is a second factor", () => withPeers({}, async ({ sms, wire }) => {
  const demanded = await wire.withPassword("wanda@customer.example", PASSWORD);
  const offered = await wire.introspect(demanded.continuation_token);
  const challenged = await wire.challenge(offered.continuation_token, offered.methods.find((m) => m.challenge_channel === "sms").id);
  const message = await sms.next();
  assert.equal(message.form.From, "+15550100000");
  assert.match(message.form.To, /^\+43660555\d{6}$/);
  assertTokens(await wire.token("mfa_oob", challenged.continuation_token, { oob: codeIn(message.form.Body) }));
}));

test("T5: a text message whose fate is unknown is not sent twice; a new code may be asked for", () => withPeers({ sms: "broken" }, async ({ gated, sms, wire }) => {
  const demanded = await wire.withPassword("wanda@customer.example", PASSWORD);
  assertSuberror(demanded, "mfa_required");
  const offered = await wire.introspect(demanded.continuation_token);
  const id = offered.methods.find((m) => m.challenge_channel === "sms").id;
  const challenged = await wire.challenge(offered.continuation_token, id);
  await eventually("the outcome", () => gated.events("delivery").some((d) => d.outcome === "unknown"));
  await wire.challenge(challenged.continuation_token, id);
  await eventually("the second outcome", () => gated.events("delivery").filter((d) => d.outcome === "unknown").length === 2);
  assert.equal(sms.lines.length, 2, "one request for each code");
}));

test("T5: mail that was put off is tried again with the same Message-ID", () => withPeers({ smtp: "flaky" }, async ({ gated, smtp, wire }) => {
  await wire.askForCode("ella@customer.example");
  const first = await smtp.next();
  await eventually("the first try", () => gated.events("delivery").some((d) => d.outcome === "retry" && d.tries === 1));
  gated.setClock(5);
  const second = await smtp.next();
  const id = (mail) => /^Message-ID: (<.*>)\r$/m.exec(mail.content)[1];
  assert.equal(id(second), id(first));
  await eventually("success", () => gated.events("delivery").some((d) => d.outcome === "sent" && d.tries === 2));
}));

test("S20: without an SMS gateway a phone is not offered, and a sender that is no address does not start", async () => {
  const gated = await Gated.start({ users: [user("wanda", { password: PASSWORD, groups: ["Wealth Clients"] })], deliver: '[delivery]\nemail = "outbox"\nsms = "none"' });
  try {
    const wire = new Wire(gated);
    const offered = await wire.introspect((await wire.withPassword("wanda@customer.example", PASSWORD)).continuation_token);
    assert.deepEqual(offered.methods.map((method) => method.challenge_channel), ["email"]);
    writeFileSync(gated.config, readFileSync(gated.config, "utf8").replace('email = "outbox"', 'email = "smtp"').concat('[smtp]\nhost = "127.0.0.1"\nfrom = "Bank <codes@bank.example>"\n'));
    const checked = gated.command("check-config");
    assert.equal(checked.status, 1);
    assert.match(checked.stderr, /C006.*`smtp\.from`/);
  } finally {
    await gated.remove();
  }
});
