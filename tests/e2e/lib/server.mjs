// A real gated process in a folder of its own, stopped by its pid, and the channels that its codes arrive by.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync, readFileSync, existsSync, rmSync } from "node:fs";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { tmpdir } from "node:os";
import { join, resolve, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as pause } from "node:timers/promises";
import { after } from "node:test";
import { newSchema, stopPostgres } from "./postgres.mjs";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
export const RETAIL_BANK = join(ROOT, "examples/retail-bank");
/** What the policies of the bank need and gated does not have, and the signals that they declare. */
export const UNSUPPLIED = '["country", "device.reported_lost", "device.compliant", "session.persistent_browser", "session.forbid_channels_on_device"]';
export const SIGNALS = 'signals = ["amount", "new_payee", "otp_failures"]';
export const TENANT = "7b7f6f5e-0001-4a6c-9d1e-0000000000b1";
export const DOMAIN = "retail.bank.example";
export const CLIENT = "7b7f6f5e-0002-4a6c-9d1e-0000000000c1";
/** The API of the bank, and the scope that signs in to it: the policies on `retail-app` are about this API. */
export const AUDIENCE = "api://retail-bank";
export const ACCOUNTS = `${AUDIENCE}/accounts`;
export const STATEMENTS = "api://statements/read";
export const SCOPES = ["openid", "profile", "offline_access", ACCOUNTS];
export const PASSWORD = "correct horse battery";
const PATIENCE_MS = 20_000;

const binary = process.env.GATED;
if (!binary || !existsSync(binary)) {
  throw new Error("GATED must name the gated binary; ctest sets it");
}

if (process.env.GATE_STORE === "postgres") after(stopPostgres);

/** Asks until `check` gives something; fails after a generous while. */
export async function eventually(what, check) {
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    const found = await check();
    if (found !== undefined && found !== null && found !== false) return found;
    await pause(10);
  }
  throw new Error(`waited in vain for ${what}`);
}

let nextUser = 1;
/** A user for the provisioning file: e-mail and SMS channel unless told otherwise. */
export function user(name, more = {}) {
  const number = String(nextUser++).padStart(6, "0");
  return {
    tenant_id: TENANT, id: `7b7f6f5e-0003-4a6c-9d1e-000000${number}`, username: `${name}@customer.example`, display_name: name,
    channels: [{ kind: "email", address: `${name}@customer.example` }, { kind: "sms", address: `+43660555${number}` }], ...more,
  };
}

/** Prints what a stand-in of server/delivery/peer_stub.py received, line by line. */
export class Peer {
  lines = [];
  static async start(kind, behaviour = "accept") {
    const peer = new Peer();
    peer.child = spawn("/usr/bin/python3", [join(ROOT, "server/delivery/peer_stub.py"), kind, behaviour], { stdio: ["ignore", "pipe", "inherit"] });
    const reader = createInterface({ input: peer.child.stdout });
    const first = once(reader, "line");
    peer.port = Number((await first)[0]);
    reader.on("line", (line) => peer.lines.push(JSON.parse(line)));
    return peer;
  }
  /** The next message that fits, which is then used up. */
  next(fits = () => true) {
    return eventually("a message at the peer", () => {
      const at = this.lines.findIndex(fits);
      return at < 0 ? undefined : this.lines.splice(at, 1)[0];
    });
  }
  stop() { this.child.kill("SIGKILL"); }
}

export class Gated {
  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), "gate-e2e-"));
    this.outbox = join(this.folder, "data/outbox.jsonl");
    this.clockFile = join(this.folder, "clock");
    this.log = [];
    this.readLines = new Map();
  }

  /** Makes a folder with a configuration; `start` also provisions and runs. options: tenant (members that are added), tenants (more of them), policies (folder) or tenants_folder, policies_keys (lines of [policies]), users, clients, resources, toml (sections that are added), deliver (text of [delivery] and its kin), store (text of [store] and [keys]) */
  static prepare(options = {}) {
    const gated = new Gated();
    gated.policies = options.policies ?? RETAIL_BANK;
    gated.config = join(gated.folder, "gated.toml");
    writeFileSync(gated.config, `environment = "development"
data_dir = "data"
[http]
port = 0
trusted_proxies = ["127.0.0.1"]
${options.http ?? ""}
[policies]
${options.tenants_folder ? `tenants_folder = "${options.tenants_folder}"` : `folder = "${gated.policies}"`}
poll_milliseconds = 50
${options.policies_keys ?? `accept_unsupplied = ${UNSUPPLIED}\n${SIGNALS}`}
[sign_in]
${options.sign_in ?? "resend_seconds = 0\nsends_per_hour = 1000\nsends_per_day = 1000"}
${options.store ?? ""}
${options.deliver ?? '[delivery]\nemail = "outbox"\nsms = "outbox"'}
[development]
clock_file = "clock"
[log]
format = "json"
`);
    const resources = options.resources ?? [
      { tenant_id: TENANT, name: "retail-app", audience: AUDIENCE, scopes: ["accounts", "payments"], contexts: ["c1", "c2", "c3"] },
      { tenant_id: TENANT, name: "statements", audience: "api://statements", scopes: ["read"], contexts: ["c4"] },
    ];
    const scopes = [ACCOUNTS, `${AUDIENCE}/payments`, STATEMENTS];
    const clients = options.clients ?? [{ tenant_id: TENANT, client_id: CLIENT, name: "retail-app", scopes, origins: ["http://localhost:3000"] }];
    gated.provisioning = { tenants: [{ id: TENANT, name: "Retail Bank", domain: DOMAIN, ...options.tenant }, ...(options.tenants ?? [])], resources, clients, users: options.users ?? [] };
    return gated;
  }

  /** With GATE_STORE=postgres on a schema of its own. */
  static async start(options = {}) {
    const url = process.env.GATE_STORE === "postgres" ? await newSchema() : undefined;
    const gated = Gated.prepare(url ? { store: `[store]\nurl = "${url}"`, ...options } : options);
    gated.provision();
    await gated.run();
    return gated;
  }

  provision(document = this.provisioning) {
    const file = join(this.folder, "users.json");
    writeFileSync(file, JSON.stringify(document));
    const done = this.command("provision", file);
    if (done.status !== 0) throw new Error(`provision: ${done.stderr}`);
  }

  command(name, ...rest) {
    return spawnSync(binary, [...name.split(" "), "--config", this.config, ...rest], { encoding: "utf8", maxBuffer: 2 ** 28 });
  }

  async run() {
    const portFile = join(this.folder, "port");
    rmSync(portFile, { force: true });
    this.child = spawn(binary, ["run", "--config", this.config, "--port-file", portFile], { stdio: ["ignore", "ignore", "pipe"] });
    this.exited = once(this.child, "exit");
    createInterface({ input: this.child.stderr }).on("line", (line) => this.log.push(line));
    let ended;
    this.exited.then(([code, signal]) => { ended = signal ?? code; });
    await eventually("gated to listen", () => {
      if (ended !== undefined) throw new Error(`gated ended with ${ended}: ${this.log.join("\n")}`);
      return existsSync(portFile);
    });
    this.origin = `http://127.0.0.1:${readFileSync(portFile, "utf8").trim()}`;
  }

  async stop(signal = "SIGTERM") {
    this.child.kill(signal);
    return (await this.exited)[0];
  }

  async remove() {
    if (this.child.exitCode === null && this.child.signalCode === null) await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Log lines with this event. */
  events(name) {
    return this.log.map((line) => JSON.parse(line)).filter((line) => line.event === name);
  }

  /** All messages to `to`. */
  messages(to) {
    if (!existsSync(this.outbox)) return [];
    return readFileSync(this.outbox, "utf8").split("\n").slice(0, -1).map((line) => JSON.parse(line)).filter((m) => m.to === to);
  }
  /** The newest message to `to` that was not read yet. */
  async message(to) {
    return eventually(`a message to ${to}`, () => {
      const mine = this.messages(to);
      const seen = this.readLines.get(to) ?? 0;
      if (mine.length <= seen) return undefined;
      this.readLines.set(to, mine.length);
      return mine.at(-1);
    });
  }
  /** The code of the newest message that has one: notices have none. */
  async code(to) {
    for (;;) {
      const { code } = await this.message(to);
      if (code) return code;
    }
  }

  /** Moves the server's clock by so many seconds from the machine's. */
  setClock(seconds) { writeFileSync(this.clockFile, String(seconds)); }

  /** The bare answer of the token endpoint, whatever its status. */
  fetchToken(fields) { return fetch(`${this.origin}/${TENANT}/oauth2/v2.0/token`, { method: "POST", body: new URLSearchParams(fields) }); }
  async ready() { return (await fetch(`${this.origin}/readyz`)).json(); }
  audit() {
    return this.command("audit").stdout.split("\n").filter(Boolean).map((line) => JSON.parse(line));
  }
}
