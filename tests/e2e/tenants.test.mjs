// Two tenants of one running server: the policies, messages, methods, lifetimes and answers of each (docs/tenants.md).
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { CLIENT, DOMAIN, Gated, PASSWORD, TENANT, eventually, user } from "./lib/server.mjs";
import { Wire, assertNoTokens, assertSuberror, assertTokens } from "./lib/wire.mjs";

const SHOP = "7b7f6f5e-0001-4a6c-9d1e-0000000000b2";
const CLUB = "7b7f6f5e-0001-4a6c-9d1e-0000000000b3";
const SHOP_CLIENT = "7b7f6f5e-0002-4a6c-9d1e-0000000000c2";
const CLUB_CLIENT = "7b7f6f5e-0002-4a6c-9d1e-0000000000c3";
const SCOPE = "openid profile offline_access";
const policy = (name, grant) => `policy "${name}" {\n  users  include all\n  target include all apps\n  grant  ${grant}\n}\n`;
const TWO_FACTORS = policy("Two factors", "require mfa");
/** Applies to no user here. */
const NOBODY = policy("Nobody", "block").replace("include all\n", 'include group "Nobody"\n');
const BLOCK = policy("Closed", "block");

let folder;
let gated;
let bank;
let shop;
const put = (name, text) => {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
};
const inShop = (name, more) => ({ ...user(name, more), tenant_id: SHOP });
const signIn = (wire, name) => wire.withPassword(`${name}@customer.example`, PASSWORD, undefined, SCOPE);
const loads = (tenant) => gated.events("policies_loaded").filter((line) => line.tenant === tenant).length;
/** Waits until the set of `tenant` was loaded once more. */
const reload = async (tenant, change) => {
  const before = loads(tenant);
  change();
  await eventually(`the new set of ${tenant}`, () => loads(tenant) > before);
};

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "gate-tenants-"));
  put(`policies/${DOMAIN}/a.gate`, TWO_FACTORS);
  put(`policies/${SHOP}/a.gate`, NOBODY);
  put("messages/de/sign_in_code.email.txt", "Subject: Anmeldung bei {tenant}\n\n{code} ist Ihr Code, {minutes} Minuten lang.\n");
  put("messages/tenants/shop.example/de/sign_in_code.email.txt", "Subject: Dein Shop\n\nHallo! {code}\n");
  gated = await Gated.start({
    tenants_folder: join(folder, "policies"),
    policies_keys: "",
    deliver: `[delivery]\nemail = "outbox"\nsms = "outbox"\ntemplates_folder = "${join(folder, "messages")}"`,
    tenants: [{ id: SHOP, name: "Shop", domain: "shop.example" }],
    resources: [],
    clients: [
      { tenant_id: TENANT, client_id: CLIENT, name: "bank-app" },
      { tenant_id: SHOP, client_id: SHOP_CLIENT, name: "shop-app" },
    ],
    users: [user("anna", { password: PASSWORD }), user("bert"), inShop("sina", { password: PASSWORD }), inShop("sven")],
  });
  bank = new Wire(gated);
  shop = new Wire(gated, { tenant: SHOP, client: SHOP_CLIENT });
});
after(async () => {
  await gated?.remove();
  rmSync(folder, { recursive: true, force: true });
});

test("each tenant is decided by its own policies, and none by another's", async () => {
  assertSuberror(await signIn(bank, "anna"), "mfa_required");
  assertTokens(await signIn(shop, "sina"));
  const digests = new Map(gated.audit().filter((row) => row.type === "sign_in").map((row) => [row.tenant, row.policy_digest]));
  assert.equal(new Set(digests.values()).size, 2, "each with the digest of its own set");
  const ready = await gated.ready();
  assert.equal(ready.policy_tenants, 2);
  assert.equal(ready.policy_tenants_refused, 0);
});

test("a new set of one tenant changes that tenant alone, also for a flow under way (C2)", async () => {
  const flows = [];
  for (const [wire, name] of [[bank, "anna"], [shop, "sina"]]) {
    const started = await wire.initiate(`${name}@customer.example`);
    flows.push(await wire.challenge(started.continuation_token));
  }
  await reload(DOMAIN, () => put(`policies/${DOMAIN}/a.gate`, NOBODY));
  assertTokens(await bank.token("password", flows[0].continuation_token, { password: PASSWORD, scope: SCOPE }));
  assertTokens(await shop.token("password", flows[1].continuation_token, { password: PASSWORD, scope: SCOPE }));
  await reload(DOMAIN, () => put(`policies/${DOMAIN}/a.gate`, TWO_FACTORS));
  assertSuberror(await signIn(bank, "anna"), "mfa_required");
  assertTokens(await signIn(shop, "sina"));
});

test("a set with an error keeps the old one of its tenant in force and leaves the others alone", async () => {
  put(`policies/${DOMAIN}/a.gate`, "polizy\n");
  const refused = await eventually("the refusal", async () => {
    const now = await gated.ready();
    return now.policy_tenants_refused > 0 ? now : undefined;
  });
  assert.deepEqual(refused.policy_refused_names, [DOMAIN]);
  assert.equal(gated.events("policies_refused").at(-1).tenant, DOMAIN);
  assert.equal((await fetch(`${gated.origin}/readyz`)).status, 200, "the others are served");
  assertSuberror(await signIn(bank, "anna"), "mfa_required");
  await reload("shop.example", () => put(`policies/${SHOP}/a.gate`, BLOCK));
  const blocked = await signIn(shop, "sina");
  assert.equal(blocked.error, "access_denied", JSON.stringify(blocked));
  await reload("shop.example", () => put(`policies/${SHOP}/a.gate`, NOBODY));
  await reload(DOMAIN, () => put(`policies/${DOMAIN}/a.gate`, TWO_FACTORS));
  assert.equal((await gated.ready()).policy_tenants_refused, 0);
});

test("a tenant that comes while the server runs is refused everything until its folder is there", async () => {
  gated.provision({
    tenants: [{ id: CLUB, name: "Club", domain: "club.example" }],
    clients: [{ tenant_id: CLUB, client_id: CLUB_CLIENT, name: "club-app" }],
    users: [{ ...user("cleo", { password: PASSWORD }), tenant_id: CLUB }],
  });
  const club = new Wire(gated, { tenant: CLUB, client: CLUB_CLIENT });
  const refused = await signIn(club, "cleo");
  assert.equal(refused.error, "access_denied", JSON.stringify(refused));
  assertNoTokens(refused);
  assert.match(gated.audit().at(-1).reasons, /no_policy_set/);
  await eventually("the log", () => gated.events("policy_folder_missing").some((line) => line.tenant === "club.example"));
  const checked = gated.command("check-config");
  assert.equal(checked.status, 1, checked.stdout);
  assert.match(checked.stderr, /error: tenant club\.example \(7b7f6f5e-[0-9a-f-]*b3\): there is no folder .*policies\/club\.example/);
  await reload("club.example", () => put("policies/club.example/a.gate", NOBODY));
  assertTokens(await signIn(club, "cleo"));
  assert.equal(gated.command("check-config").status, 0);
});

test("a folder that vanishes leaves its set in force; a start without it is refused", async () => {
  renameSync(join(folder, "policies/club.example"), join(folder, "policies/.away"));
  await eventually("the refusal", async () => (await gated.ready()).policy_refused_names?.includes("club.example"));
  assertTokens(await signIn(new Wire(gated, { tenant: CLUB, client: CLUB_CLIENT }), "cleo"));
  const started = gated.command("run");
  assert.equal(started.status, 1);
  assert.match(started.stderr, /start_failed.*tenant club\.example: there is no folder/);
  renameSync(join(folder, "policies/.away"), join(folder, `policies/${CLUB}`));
  await eventually("the folder by its id", async () => (await gated.ready()).policy_tenants_refused === 0);
});

test("codes are in the language of the reader, with the texts of the tenant", async () => {
  const german = { headers: { "accept-language": "de-AT,de;q=0.9" } };
  await new Wire(gated, german).askForCode("bert@customer.example");
  const mail = await gated.message("bert@customer.example");
  assert.equal(mail.subject, "Anmeldung bei Retail Bank");
  assert.equal(mail.body, `${mail.code} ist Ihr Code, 10 Minuten lang.`);
  await new Wire(gated, { ...german, tenant: SHOP, client: SHOP_CLIENT }).askForCode("sven@customer.example");
  const other = await gated.message("sven@customer.example");
  assert.deepEqual([other.subject, other.body], ["Dein Shop", `Hallo! ${other.code}`]);
  await bank.askForCode("bert@customer.example");
  assert.match((await gated.message("bert@customer.example")).body, /is your verification code for Retail Bank/);
});

test("a template with a mistake is refused with its place, and the old ones stay in use", async () => {
  const name = "messages/de/sign_in_code.email.txt";
  const right = readFileSync(join(folder, name));
  put(name, "Subject: Anmeldung\n\nIhr Code: {kode}\n");
  gated.child.kill("SIGHUP");
  const told = await eventually("the refusal", () => gated.events("message_template_refused").at(-1));
  assert.match(told.problem, /^de\/sign_in_code\.email\.txt:3:11: unknown placeholder \{kode\}; known here: \{code\}/);
  const checked = gated.command("check-config");
  assert.equal(checked.status, 1);
  assert.match(checked.stderr, /`delivery\.templates_folder`: de\/sign_in_code\.email\.txt:3:11: unknown placeholder/);
  assert.equal(gated.command("run").status, 1, "it does not start with it either");
  await new Wire(gated, { headers: { "accept-language": "de" } }).askForCode("bert@customer.example");
  assert.match((await gated.message("bert@customer.example")).body, /ist Ihr Code/);
  put(name, right);
  assert.equal(gated.command("check-config").status, 0);
});

test("a tenant's language that lacks a message is refused by provision", () => {
  const file = join(gated.folder, "french.json");
  writeFileSync(file, JSON.stringify({ tenants: [{ id: SHOP, name: "Shop", domain: "shop.example", language: "fr" }] }));
  const done = gated.command("provision", file);
  assert.equal(done.status, 1);
  assert.match(done.stderr, /tenants\[0\]\.language: the language of tenant shop\.example is not complete: there is no template fr\/sign_in_code\.email\.txt/);
});

test("methods, lifetimes and answers are those of the tenant, from the next request on", async () => {
  const shopWith = (more) => gated.provision({ tenants: [{ id: SHOP, name: "Shop", domain: "shop.example", ...more }] });
  assert.equal((await signIn(shop, "sina")).expires_in, 600);
  assert.ok((await shop.initiate("nobody@customer.example")).continuation_token, "uniform");
  shopWith({ answers: "compatible", first_factors: ["email_otp"], access_token_seconds: 120, email_code_seconds: 60 });
  assert.equal((await shop.initiate("nobody@customer.example")).error, "user_not_found");
  const challenged = await shop.askForCode("sina@customer.example");
  const tokens = await shop.token("oob", challenged.continuation_token, { oob: await gated.code("sina@customer.example"), scope: SCOPE });
  assertTokens(tokens);
  assert.equal(tokens.expires_in, 120);
  assert.ok((await bank.initiate("nobody@customer.example")).continuation_token, "the other tenant stays uniform");
  shopWith({ second_factors: [] });
  await reload("shop.example", () => put(`policies/${SHOP}/a.gate`, TWO_FACTORS));
  assert.equal((await signIn(shop, "sina")).challenge_type, "redirect", "policy wants what the tenant does not allow");
  shopWith({ second_factors: ["sms_otp"] });
  const offered = await shop.introspect((await signIn(shop, "sina")).continuation_token);
  assert.deepEqual(offered.methods.map((method) => method.challenge_channel), ["sms"]);
});
