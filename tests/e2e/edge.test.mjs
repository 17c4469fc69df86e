// What the process does at its edges: odd requests, CORS, TLS, configuration, provisioning, signals.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { connect } from "node:net";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { request as httpsRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CLIENT, Gated, PASSWORD, TENANT, user } from "./lib/server.mjs";
import { Wire, assertTokens } from "./lib/wire.mjs";

let gated;
before(async () => { gated = await Gated.start({ users: [user("otto", { password: PASSWORD })] }); });
after(() => gated?.remove());
const url = (path) => `${gated.origin}/${TENANT}${path}`;
const form = (fields) => new URLSearchParams(fields).toString();

test("every answer is a JSON object, whatever is asked", async () => {
  const odd = [
    ["/oauth2/v2.0/initiate", { method: "POST", body: "" }],
    ["/oauth2/v2.0/initiate", { method: "POST", body: "{}", headers: { "content-type": "application/json" } }],
    ["/oauth2/v2.0/initiate", { method: "POST", body: "client_id=%ff%fe&username=%00" , headers: { "content-type": "application/x-www-form-urlencoded" } }],
    ["/oauth2/v2.0/initiate", { method: "GET" }], ["/nowhere", { method: "POST", body: "a=b" }], ["/../../etc/passwd", { method: "GET" }],
    ["/oauth2/v2.0/token", { method: "POST", body: new URLSearchParams({ client_id: "nobody", grant_type: "password" }) }],
    ["/signup/v1.0/start", { method: "POST", body: new URLSearchParams({ client_id: CLIENT }) }],
  ];
  for (const [path, init] of odd) {
    const response = await fetch(url(path), init);
    assert.ok(response.status >= 400 && response.status < 500, `${path}: ${response.status}`);
    const body = await response.json();
    assert.equal(typeof body.error, "string", path);
  }
});

test("C8: a parameter given twice is an invalid request; bodies end at 16 KiB", async () => {
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const twice = await fetch(url("/oauth2/v2.0/initiate"), { method: "POST", headers, body: `${form({ client_id: CLIENT, username: "a@b.example" })}&username=c@d.example` });
  assert.equal((await twice.json()).error, "invalid_request");
  const large = await fetch(url("/oauth2/v2.0/initiate"), { method: "POST", headers, body: "a=".padEnd(16 * 1024 + 1, "x") });
  assert.equal(large.status, 413);
  assert.equal((await large.json()).suberror, "body_too_large");
});

test("C9: a listed origin may call from a page, another may not", async () => {
  const ask = (origin) => fetch(url("/oauth2/v2.0/initiate"), { method: "OPTIONS", headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "x-client-sku,client-request-id" } });
  const allowed = await ask("http://localhost:3000");
  assert.equal(allowed.headers.get("access-control-allow-origin"), "http://localhost:3000");
  assert.match(allowed.headers.get("access-control-allow-headers"), /x-client-sku/i);
  assert.equal((await ask("http://evil.example")).headers.get("access-control-allow-origin"), null);
  const refused = await fetch(url("/oauth2/v2.0/initiate"), { method: "POST", headers: { origin: "http://localhost:3000" }, body: new URLSearchParams({ client_id: CLIENT }) });
  assert.equal(refused.status, 400);
  assert.equal(refused.headers.get("access-control-allow-origin"), "http://localhost:3000");
});

test("RFC 9112: a smuggled request is never answered", async () => {
  const socket = connect(new URL(gated.origin).port, "127.0.0.1");
  socket.write("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
  let answer = "";
  for await (const chunk of socket) answer += chunk;
  assert.match(answer, /^HTTP\/1\.1 400 .*length_and_coding/s);
  assert.doesNotMatch(answer, /"status":"ok"/);
});

/** Sends the bytes, waits for the end of what comes back or a short while. */
function throwAt(port, bytes) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const done = () => { socket.destroy(); resolve(); };
    socket.on("error", done).on("close", done).on("data", () => {}).setTimeout(300, done);
    socket.end(bytes);
  });
}

test("500 damaged requests end neither the process nor its service", async () => {
  const seed = process.env.GATE_SEED ? Number(process.env.GATE_SEED) : Date.now() % 2 ** 31;
  let state = seed;
  const dice = (below) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % below;
  };
  const body = form({ client_id: CLIENT, username: "otto@customer.example", challenge_type: "password oob redirect", grant_type: "oob", oob: "12345678", continuation_token: "A".repeat(75), claims: '{"access_token":{"acrs":{"value":"c1"}}}' });
  const paths = ["/oauth2/v2.0/initiate", "/oauth2/v2.0/challenge", "/oauth2/v2.0/token", "/oauth2/v2.0/introspect", "/register/v1.0/challenge", "/register/v1.0/continue"];
  const port = new URL(gated.origin).port;
  const one = () => {
    const head = `POST /${TENANT}${paths[dice(paths.length)]} HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n`;
    let bytes = Buffer.from(head + body, "latin1");
    for (let i = dice(4); i >= 0; --i) {
      const at = dice(bytes.length);
      const piece = bytes.subarray(at, at + 1 + dice(40));
      if (dice(3) === 0) bytes[at] = dice(256);
      else if (dice(2) === 0) bytes = Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
      else bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + piece.length)]);
    }
    return throwAt(port, bytes);
  };
  for (let i = 0; i < 25; ++i) await Promise.all(Array.from({ length: 20 }, one));
  assert.equal(gated.child.exitCode, null, `the process ended; replay with GATE_SEED=${seed}`);
  assert.equal(gated.child.signalCode, null, `the process ended; replay with GATE_SEED=${seed}`);
  assertTokens(await new Wire(gated).withPassword("otto@customer.example", PASSWORD));
  assert.deepEqual(gated.events("request_failed"), [], `a server error; replay with GATE_SEED=${seed}`);
});

test("health and readiness", async () => {
  assert.deepEqual(await (await fetch(`${gated.origin}/healthz`)).json(), { status: "ok" });
  const ready = await gated.ready();
  assert.equal(ready.policy_generation, 1);
});

test("keys, store and outbox are for their owner alone", () => {
  for (const name of ["master.key", "gated.sqlite3"]) {
    assert.equal(statSync(join(gated.folder, "data", name)).mode & 0o077, 0, name);
  }
  assert.equal(statSync(join(gated.folder, "data")).mode & 0o077, 0);
});

test("A8: a crash of the process leaves no core file with keys and codes in it", () => {
  assert.match(readFileSync(`/proc/${gated.child.pid}/limits`, "utf8"), /^Max core file size\s+0\s+0\s/m);
});

test("A6: neither password nor address stands in the store in clear", async () => {
  const wire = new Wire(gated);
  await wire.withPassword("otto@customer.example", PASSWORD);
  const raw = ["gated.sqlite3", "gated.sqlite3-wal"].map((n) => { try { return readFileSync(join(gated.folder, "data", n), "latin1"); } catch { return ""; } }).join("");
  assert.ok(!raw.includes(PASSWORD));
});

test("provisioning is all or nothing, and the same file twice changes nothing", async () => {
  const wrong = structuredClone(gated.provisioning);
  wrong.users[0].groups = ["Frozen Accounts"];
  wrong.users.push({ ...user("extra"), tenant_id: "7b7f6f5e-0001-4a6c-9d1e-0000000000ff" });
  assert.throws(() => gated.provision(wrong), /error/);
  const wire = new Wire(gated);
  assertTokens(await wire.withPassword("otto@customer.example", PASSWORD));
  const first = await wire.withPassword("otto@customer.example", PASSWORD);
  gated.provision();
  assertTokens(await wire.refresh(first.refresh_token));
  wrong.users = [{ ...gated.provisioning.users[0], nickname: "o" }];
  assert.throws(() => gated.provision(wrong), /users\[0\]\.nickname: unknown key/);
});

test("wrong configuration is refused with its line, and nothing starts", () => {
  const file = join(gated.folder, "wrong.toml");
  writeFileSync(file, 'environment = "production"\n[http]\nport = "x"\nprot = 1\n[delivery]\nemail = "outbox"\n');
  const config = gated.config;
  gated.config = file;
  try {
    for (const name of ["run", "check-config", "config", "audit"]) {
      const done = gated.command(name);
      assert.equal(done.status, 1, name);
      assert.match(done.stderr, /wrong\.toml:3: error\[C004\].*\n.*wrong\.toml:4: error\[C003\]/);
    }
    assert.equal(gated.command("no-such-command").status, 2);
    writeFileSync(file, '[http]\npublic_url = "https://a.example"\n[policies]\nfolder = "p"\n[delivery]\nemail = "outbox"\n');
    assert.match(gated.command("run").stderr, /C006.*delivery\.email/);
  } finally {
    gated.config = config;
  }
});

test("E10: TLS serves the same, and a key that others may read is refused", async () => {
  const folder = mkdtempSync(join(tmpdir(), "gate-tls-"));
  const [key, certificate] = [join(folder, "k.pem"), join(folder, "c.pem")];
  execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out", certificate, "-days", "1", "-subj", "/CN=localhost"], { stdio: "ignore" });
  chmodSync(key, 0o600);
  const tls = await Gated.start({ http: `tls_certificate = "${certificate}"\ntls_key = "${key}"` });
  try {
    const status = await new Promise((resolve, reject) => {
      httpsRequest(`${tls.origin.replace("http:", "https:")}/healthz`, { ca: readFileSync(certificate), servername: "localhost", checkServerIdentity: () => undefined },
        (response) => { response.resume(); resolve([response.statusCode, response.headers["strict-transport-security"]]); }).on("error", reject).end();
    });
    assert.equal(status[0], 200);
    assert.match(status[1], /max-age=/);
    await tls.stop();
    chmodSync(key, 0o644);
    await assert.rejects(tls.run(), /can be read by others/);
  } finally {
    await tls.remove();
    rmSync(folder, { recursive: true, force: true });
  }
});

test("SIGTERM stops with exit code 0", async () => {
  assert.equal(await gated.stop(), 0);
  await gated.run();
});
