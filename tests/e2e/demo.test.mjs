// The demo, looked at in headless Chromium: what a visitor does, by mouse and by keyboard alone, and what a screen reader is told.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { createRequire } from "node:module";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { launch, openPage, NO_BROWSER } from "./lib/browser.mjs";
import { Demo, ROOT, WEB } from "./lib/demo.mjs";
import { PASSWORD, TENANT, eventually } from "./lib/server.mjs";
import { Wire, otherCode } from "./lib/wire.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const CHOSEN = "seven quiet lanterns drift";
const inBrowser = { skip: NO_BROWSER };

let demo;
let browser;
before(async () => {
  demo = await Demo.start();
  if (!NO_BROWSER) browser = await launch();
});
after(async () => {
  await browser?.close();
  await demo?.stop();
});

/* ---- a visitor ---- */

class Visitor {
  static async arrive(hash = "", { url = demo.url, ...options } = {}) {
    const visitor = new Visitor();
    visitor.page = await openPage(browser, { reducedMotion: "reduce", ...options });
    await visitor.page.goto(url + hash);
    return visitor;
  }
  /** By the list of customers. */
  static async as(name, options) {
    const visitor = await Visitor.arrive("", options);
    await visitor.press(name);
    return visitor;
  }
  /** The heading of the view, which must have the focus. */
  async sees(title) {
    await this.page.getByRole("heading", { level: 1, name: title, exact: true }).waitFor();
    assert.ok(await this.page.evaluate(() => document.activeElement === document.querySelector("h1")), `the heading "${title}" does not have the focus`);
    return this;
  }
  press(name, options = {}) { return this.page.locator("#view, header").getByRole("button", { name, ...options }).first().click(); }
  follow(name) { return this.page.getByRole("link", { name }).first().click(); }
  type(label, text) { return this.page.getByLabel(label).fill(text); }
  async says(text) { await this.page.getByRole("alert").filter({ hasText: text }).waitFor(); }
  /** The newest code, by the button that fills it in. */
  async takeCode() {
    const button = this.page.locator("#messages > li:first-child").getByRole("button", { name: /^Fill in/ }).filter({ hasNotText: this.last });
    this.last = await button.textContent();
    await button.click();
    return this.last.match(/\d+/)[0];
  }
  /** The newest decision, once it has this outcome and its explanation says all of this. */
  async decided(outcome, ...texts) {
    const newest = this.page.locator("#decisions > li:first-child").filter({ has: this.page.locator(".badge", { hasText: outcome }) });
    await texts.reduce((found, hasText) => found.filter({ hasText }), newest).waitFor();
  }
  /** Nothing but refusals of the API may stand on the console. */
  async leave() {
    const faults = this.page.faults.filter((text) => !/Failed to load resource.*(400|401)/.test(text));
    assert.deepEqual(faults, []);
    await this.page.context().close();
  }
}

const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** The rules of WCAG 2.2 AA that a machine can check, contrast in both colour schemes, and that nothing is wider than a small phone. */
async function looksFine({ page }, what) {
  await page.evaluate(AXE);
  for (const [colorScheme, rules] of [["light", WCAG], ["dark", ["color-contrast"]]]) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await page.evaluate((runOnly) => globalThis.axe.run(document, { runOnly }), rules);
    assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`), [], `${what}, ${colorScheme}`);
  }
  const size = page.viewportSize();
  await page.setViewportSize({ width: 320, height: 640 });
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 320, `${what} is wider than 320 pixels`);
  await page.setViewportSize(size);
}

/* ---- the page ---- */

test("sign-up: code, password, name; then 50 euro pass without a question", inBrowser, async () => {
  const visitor = await Visitor.arrive("#sign-up");
  await visitor.sees("Open an account");
  await looksFine(visitor, "sign-up");
  await visitor.type("E-mail address", "no address");
  await visitor.press("Continue");
  await visitor.says("That is no e-mail address");
  await visitor.type("E-mail address", "vera@visitor.example");
  await visitor.press("Continue");
  await visitor.sees("Look at your mailbox");
  await visitor.takeCode();
  await visitor.press("Continue");
  await visitor.sees("Choose a password");
  await visitor.type("New password", "password1");
  await visitor.press("Continue");
  await visitor.says("That password is common");
  await looksFine(visitor, "a refused password");
  await visitor.type("New password", CHOSEN);
  await visitor.press("Continue");
  await visitor.sees("About you");
  await visitor.type("Your name", "Vera Visitor");
  await visitor.press("Open the account");
  await visitor.sees("Vera Visitor");
  await visitor.decided("Allowed", "Sign-in: retail-app", "No policy asks for more");
  await visitor.follow("Make a payment");
  await visitor.sees("Make a payment");
  await visitor.press("Pay", { exact: true });
  await visitor.sees("Paid");
  await visitor.page.reload();
  await visitor.sees("Make a payment");  // the cache of MSAL outlives a reload
  await visitor.press("Sign out");
  await visitor.sees("Sign in");
  await visitor.leave();
});

test("sign-in with a second factor: wrong code, another method, and the decision policy by policy", inBrowser, async () => {
  const visitor = await Visitor.as("Wanda Wealth");
  await visitor.sees("Confirm that it is you");
  await visitor.decided("More is needed", "CA120 Wealth clients always show a second factor", "strength NativeMfa: not met");
  await looksFine(visitor, "the choice of methods");
  await visitor.press(/Send a code by e-mail/);
  await visitor.sees("Look at your mailbox");
  await visitor.press(/Use another method: a code by SMS/);
  await visitor.sees("Look at your phone");
  const phone = visitor.page.locator("#messages li").first();
  await phone.getByText("SMS to").waitFor();
  const code = await visitor.takeCode();
  await visitor.type("Code", "12");
  await visitor.press("Confirm");
  await visitor.says("The code has 8 digits");
  await visitor.type("Code", otherCode(code));
  await visitor.press("Confirm");
  await visitor.says("That code is not right");
  await looksFine(visitor, "a refused code");
  await visitor.press("Send a new code");
  await visitor.takeCode();
  await visitor.press("Confirm");
  await visitor.sees("Wanda Wealth");
  await visitor.page.getByText("a password and a code by SMS").waitFor();
  await visitor.decided("Allowed", "strength NativeMfa: met");
  const rest = visitor.page.locator("#decisions > li").first().getByText(/policies that do not apply/);
  await rest.click();
  await visitor.page.locator("#decisions > li").first().getByText("CA130 Frozen accounts are refused").click();
  await visitor.page.locator("#decisions > li").first().getByText('include group "Frozen Accounts"').waitFor();
  await visitor.page.getByText("The access token").click();
  await looksFine(visitor, "the account");
  await visitor.leave();
});

test("a payment above 1,000 euro asks for the missing factor alone, and the session stays as it was", inBrowser, async () => {
  const visitor = await Visitor.as("Otto Ordinary");
  await visitor.sees("Otto Ordinary");
  await visitor.page.getByText("one factor", { exact: true }).waitFor();
  await visitor.follow("Make a payment");
  await visitor.type("Amount in euro", "a lot");
  await visitor.press("Pay", { exact: true });
  await visitor.says("An amount looks like");
  await looksFine(visitor, "a payment");
  for (const balance of ["€13,204.50", "€8,204.50"]) {  // the next one is confirmed anew
    await visitor.press("€5,000");
    await visitor.press("Pay", { exact: true });
    await visitor.sees("Confirm this payment");  // and not the password
    await visitor.decided("More is needed", "context c1", "CA200 Step up for payments", "amount is unknown");
    await visitor.press(/Send a code by SMS/);
    await visitor.sees("Look at your phone");
    await visitor.takeCode();
    await visitor.press("Confirm");
    await visitor.sees("Paid");
    await visitor.page.getByText("€5,000.00").waitFor();
    await visitor.decided("Allowed", "CA200 Step up for payments", "strength NativeMfa: met");
    await visitor.follow("To the account");
    await visitor.sees("Otto Ordinary");
    await visitor.page.getByText(balance).waitFor();
    await visitor.follow("Make a payment");
    await visitor.sees("Make a payment");
  }
  await looksFine(visitor, "what the server decided about a step-up");
  await visitor.follow("Otto Ordinary");
  await visitor.page.getByText("one factor", { exact: true }).waitFor();
  await visitor.leave();
});

test("the step-up of the page: a password that is too old, another method, a method to be added", async () => {
  const send = globalThis.fetch;
  Object.defineProperty(globalThis, "localStorage", { value: { getItem: () => "k".repeat(43) }, configurable: true });
  globalThis.fetch = (path, init) => send(new URL(path, demo.url), init);  // the page has an origin
  try {
    const { StepUpFlow } = await import("../../examples/demo/web/page/step-up-flow.js");
    const scopes = ["openid", "offline_access", "api://retail-bank/payments"];
    const wire = new Wire(demo.gated);
    const open = async (name) => {
      const { refresh_token } = await wire.withPassword(`${name}@customer.example`, PASSWORD, undefined, scopes.join(" "));
      demo.gated.setClock(16 * 60);
      const refused = await wire.post("/oauth2/v2.0/token", { grant_type: "refresh_token", refresh_token, scope: scopes.join(" "), capabilities: "mfa_required registration_required",
        claims: JSON.stringify({ access_token: { acrs: { essential: true, value: "c1" } } }) });
      assert.equal(refused.error, "interaction_required", JSON.stringify(refused));
      assert.equal(refused.missing_factors[0], "first_factor");
      return new StepUpFlow({ token: refused.continuation_token, missing: refused.missing_factors }, scopes).begin();
    };
    const acrs = ({ data }) => JSON.parse(Buffer.from(data.accessToken.split(".")[1], "base64url")).acrs;

    const asked = await open("otto");
    assert.ok(asked.isPasswordRequired());
    const wrong = await asked.state.submitPassword("incorrect horse");
    assert.deepEqual(wrong.error.errorData.errorCodes, [50126]);
    const demanded = await asked.state.submitPassword(PASSWORD);
    assert.ok(demanded.isMfaRequired(), JSON.stringify(demanded.error));
    const [one, other] = demanded.state.getAuthMethods();
    const first = await demanded.state.requestChallenge(one.id);
    const second = await first.state.requestChallenge(other.id);
    const address = second.state.getChannel() === "sms" ? "+4366055501001" : "otto@customer.example";
    const code = await demo.gated.code(address);
    const mistyped = await second.state.submitChallenge(otherCode(code));
    assert.equal(mistyped.error.errorData.subError, "invalid_oob_value");
    assert.deepEqual(acrs(await second.state.submitChallenge(code)), ["c1"]);

    demo.gated.setClock(0);
    const { provisioning } = demo.gated;
    demo.gated.provision({ ...provisioning, users: [{ tenant_id: TENANT, id: "7b7f6f5e-0003-4a6c-9d1e-0000000000ff", username: "pia@customer.example", password: PASSWORD, channels: [] }] });
    const added = await (await open("pia")).state.submitPassword(PASSWORD);
    assert.ok(added.isAuthMethodRegistrationRequired(), JSON.stringify(added.error));
    const kind = added.state.getAuthMethods().find((each) => each.challenge_channel === "sms");
    const verify = await added.state.challengeAuthMethod({ authMethodType: kind, verificationContact: "+4366055509002" });
    assert.deepEqual(acrs(await verify.state.submitChallenge(await demo.gated.code("+4366055509002"))), ["c1"]);
  } finally {
    demo.gated.setClock(0);
    globalThis.fetch = send;
  }
});

test("a session that the server ended: sign in again, and nothing is stuck", inBrowser, async () => {
  const visitor = await Visitor.as("Otto Ordinary");
  await visitor.sees("Otto Ordinary");
  const otto = demo.gated.provisioning.users.find(({ username }) => username.startsWith("otto@"));
  const enable = (enabled) => demo.gated.provision({ ...demo.gated.provisioning, users: demo.gated.provisioning.users.map((user) => (user === otto ? { ...user, enabled } : user)) });
  enable(false);
  enable(true);
  await visitor.follow("Make a payment");
  await visitor.press("€5,000");
  await visitor.press("Pay", { exact: true });
  await visitor.sees("Sign in again");
  await visitor.follow("Back to the start");
  await visitor.sees("Sign in");
  await visitor.press("Otto Ordinary");
  await visitor.sees("Otto Ordinary");
  await visitor.leave();
});

test("regulated: statements need a second factor of their own, a tax report a fresh one", inBrowser, async () => {
  const visitor = await Visitor.as("Ella E-Mail");
  await visitor.sees("Look at your mailbox");
  await visitor.takeCode();
  await visitor.press("Continue");
  await visitor.sees("Ella E-Mail");
  await visitor.follow("Statements and tax");
  await visitor.sees("Statements and tax");
  await visitor.press("Continue");
  await visitor.sees("Look at your mailbox");
  await visitor.takeCode();
  await visitor.press("Continue");
  await visitor.sees("Add a phone");  // her mailbox was the first factor
  await visitor.decided("Allowed", "New second factor", "No policy asks for more");
  await visitor.page.locator("#decisions > li").nth(1).getByText("Sign-in: statements").click();
  await visitor.page.locator("#decisions > li").nth(1).getByText("CA300 Statements need a fresh second factor").waitFor();
  await visitor.type("Mobile number", "call me");
  await visitor.press("Send a code");
  await visitor.says("A phone number begins with +");
  await looksFine(visitor, "an enrolment");
  await visitor.type("Mobile number", "+43 660 5550 9001");
  await visitor.press("Send a code");
  await visitor.sees("Look at your phone");
  await visitor.press("Send a new code");
  await visitor.page.locator("#messages").getByText("SMS to +4366055509001").nth(1).waitFor();
  await visitor.takeCode();
  await visitor.press("Confirm");
  await visitor.page.getByRole("button", { name: "Open Statement November 2026" }).click();
  await visitor.sees("Statement November 2026");
  await visitor.press("All documents");
  await visitor.page.getByRole("button", { name: "Open Tax report 2025" }).click();
  await visitor.sees("Tax report 2025");
  await visitor.decided("Allowed", "Renewal: statements and context c4", "CA310 Tax reports need a fresh second factor");
  await looksFine(visitor, "a tax report");
  await visitor.leave();
});

test("high risk and a frozen account are refused, with what to do, and the page knows why", inBrowser, async () => {
  for (const [name, policy] of [["Hugo High-Risk", "CA110 High-risk sign-ins are stopped"], ["Fred Frozen", "CA130 Frozen accounts are refused"]]) {
    const visitor = await Visitor.as(name);
    await visitor.sees("We cannot let you in");
    await visitor.says("Call us");
    await visitor.decided("Refused", policy, "blocks");
    await looksFine(visitor, "a refusal");
    await visitor.follow("Back to the start");
    await visitor.sees("Sign in");
    await visitor.leave();
  }
});

test("medium risk asks for a second factor (CA100)", inBrowser, async () => {
  const visitor = await Visitor.as("Rita Risky");
  await visitor.sees("Confirm that it is you");
  await visitor.decided("More is needed", "CA100 Risky sign-ins need a second factor", "sign_in_risk == medium");
  await visitor.leave();
});

test("a new password after a reset, which is no way around the second factor", inBrowser, async () => {
  const visitor = await Visitor.arrive("#reset");
  await visitor.sees("Reset the password");
  await visitor.type("E-mail address", "wanda@customer.example");
  await visitor.press("Continue");
  await visitor.sees("Look at your mailbox");
  await visitor.takeCode();
  await visitor.press("Continue");
  await visitor.sees("Choose a password");
  await visitor.type("New password", PASSWORD);
  await visitor.press("Continue");
  await visitor.says("You have used that password before");
  await visitor.type("New password", CHOSEN);
  await visitor.press("Continue");
  await visitor.sees("Confirm that it is you");
  await visitor.press(/Send a code by SMS/);
  await visitor.sees("Look at your phone");
  await visitor.takeCode();
  await visitor.press("Confirm");
  await visitor.sees("Wanda Wealth");
  await visitor.press("Sign out");
  await visitor.sees("Sign in");
  await visitor.press("Wanda Wealth");  // the list still has the old password
  await visitor.sees("That did not work");
  await visitor.says("do not belong together");
  await visitor.leave();
});

test("by keyboard alone, and what a screen reader is told", inBrowser, async () => {
  const visitor = await Visitor.arrive();
  const { page } = visitor;
  const focused = () => page.evaluate(() => document.activeElement.labels?.[0]?.textContent ?? document.activeElement.textContent.trim());
  /** Tab until it is there, and seen. */
  async function tabTo(name) {
    for (let i = 0; i < 30; ++i) {
      await page.keyboard.press("Tab");
      if ((await focused()).includes(name)) {
        const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
        assert.notEqual(outline, "none", `the focus on ${name} cannot be seen`);
        return;
      }
    }
    throw new Error(`${name} cannot be reached by keyboard`);
  }
  await visitor.sees("Sign in");
  await tabTo("E-mail address");
  await page.keyboard.type("rita@customer.example");
  await page.keyboard.press("Enter");
  await visitor.sees("Your password");
  await tabTo("Password");
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await visitor.sees("Confirm that it is you");
  await tabTo("Send a code by e-mail");
  await tabTo("Send a code by SMS");
  await page.keyboard.press("Enter");
  await visitor.sees("Look at your phone");
  assert.equal(await page.title(), "Look at your phone – Retail Bank");
  await tabTo("Code");
  await page.keyboard.type("1234");
  await page.keyboard.press("Enter");
  await visitor.says("The code has 8 digits");
  const field = page.getByRole("textbox", { name: "Code" });
  assert.ok(await field.evaluate((input) => input === document.activeElement), "the focus is at what is to be corrected");
  const { autocomplete, inputMode } = await field.evaluate(({ autocomplete, inputMode }) => ({ autocomplete, inputMode }));
  assert.deepEqual({ autocomplete, inputMode }, { autocomplete: "one-time-code", inputMode: "numeric" });
  const tree = await new Promise((resolve, reject) => page.context().newCDPSession(page).then((session) => session.send("Accessibility.getFullAXTree")).then(({ nodes }) => resolve(nodes), reject));
  const said = tree.find((node) => node.role?.value === "textbox" && node.name?.value === "Code");
  assert.match(said.description.value, /8 digits.*The code has 8 digits/);
  assert.equal(said.properties.find(({ name }) => name === "invalid").value.value, "true");
  await page.locator("[role=log]").getByText("SMS to").waitFor();
  await tabTo("Send a new code");
  await page.keyboard.press("Enter");
  await page.getByRole("status").filter({ hasText: "A new code is on its way" }).waitFor();
  await page.locator("#messages li").nth(1).waitFor();
  await tabTo("Fill in");
  await page.keyboard.press("Enter");
  assert.equal(await focused(), "Code");
  await page.keyboard.press("Enter");
  await visitor.sees("Rita Risky");
  await page.getByRole("status").filter({ hasText: "You are signed in" }).waitFor();
  await page.locator("#newest").filter({ hasText: /^The server decided: Allowed\. Sign-in: retail-app\.$/ }).waitFor({ state: "attached" });
  await page.keyboard.press("Shift+Tab");
  await tabTo("Make a payment");
  await visitor.leave();
});

test("the page waits as long as the server says before it asks for another code", inBrowser, async () => {
  const strict = await Demo.start({ sign_in: "resend_seconds = 30" });
  try {
    const visitor = await Visitor.as("Ella E-Mail", { url: strict.url });
    await visitor.sees("Look at your mailbox");
    await visitor.press("Send a new code");
    await visitor.says(/We cannot send another code yet\. Try again in \d+ seconds/);
    const button = visitor.page.getByRole("button", { name: /^Send a new code \(in \d+ s\)$/ });
    await button.waitFor();
    assert.equal(await button.getAttribute("aria-disabled"), "true");
    await visitor.takeCode();
    await visitor.press("Continue");
    await visitor.sees("Ella E-Mail");
    await visitor.press("Sign out");
    await visitor.sees("Sign in");
    await strict.gated.stop();
    await visitor.type("E-mail address", "ella@customer.example");
    await visitor.press("Continue");
    await visitor.says("The bank cannot be reached at the moment");
    visitor.page.faults = visitor.page.faults.filter((text) => !/status of 502/.test(text));
    await visitor.leave();
  } finally {
    await strict.stop();
  }
});

/* ---- its server ---- */

const get = (path, headers = {}) => new Promise((resolve, reject) => {
  // fetch() would take the dots out of the path, and does not let one choose the Host.
  const { port } = new URL(demo.url);
  request({ host: "127.0.0.1", port, path, headers }, (answer) => {
    let body = "";
    answer.on("data", (part) => { body += part; }).on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, body }));
  }).on("error", reject).end();
});

test("the page server gives nothing but the page, and gives it safely", async () => {
  const page = await get("/");
  assert.equal(page.status, 200);
  assert.match(page.headers["content-security-policy"], /default-src 'none'.*script-src 'self'.*frame-ancestors 'none'/);
  assert.doesNotMatch(page.headers["content-security-policy"], /unsafe|https?:/);
  assert.equal(page.headers["x-content-type-options"], "nosniff");
  assert.doesNotMatch(page.body, /<script(?![^>]* src="\/)|https?:\/\//, "an inline script, or another origin");
  assert.equal((await get("/demo/people")).headers["cache-control"], "no-store");
  for (const path of ["/../server.mjs", "/..%2f..%2fusers.json", "/%2e%2e/build.mjs", "//etc/passwd", "//", "http://127.0.0.1/", "/main.js/..%5c", "/__proto__", "/package.json", "/.npmrc", "/demo/decisions/..%2f"]) {
    assert.equal((await get(path)).status, 404, path);
  }
  assert.equal((await get("/", { host: "bank.attacker.example" })).status, 421);
  assert.equal((await get("/demo/events", { "sec-fetch-site": "cross-site" })).status, 403);
  assert.equal((await get("/demo/decisions/main-none-1")).status, 404);
});

test("the proxy carries the API and nothing else, and believes no address", async () => {
  const post = (path, init = {}) => fetch(new URL(path, demo.url), { method: "POST", body: new URLSearchParams({ client_id: "x" }), ...init });
  assert.equal((await post(`/${TENANT}/oauth2/v2.0/initiate`)).status, 400);
  for (const path of [`/${TENANT}/oauth2/v2.0/token/../../../readyz`, `/${TENANT}/discovery/v2.0/keys`, "/readyz", `/other/oauth2/v2.0/initiate`]) {
    assert.equal((await post(path)).status, 404, path);
  }
  assert.equal((await fetch(new URL(`/${TENANT}/oauth2/v2.0/initiate`, demo.url))).status, 405);
  assert.equal((await post(`/${TENANT}/oauth2/v2.0/initiate`, { body: "x".repeat(20_000), headers: { "content-type": "application/x-www-form-urlencoded" } })).status, 413);
  const wire = new Wire({ origin: new URL(demo.url).origin }, { headers: { "x-forwarded-for": "198.51.100.9" } });
  await wire.withPassword("hugo@customer.example", PASSWORD);
  assert.equal(demo.gated.audit().filter((row) => row.type === "sign_in").at(-1).facts.ip, "127.0.0.1");
});

test("the payment API takes only tokens for it, and only with the context above the limit", async () => {
  const wire = new Wire(demo.gated);
  const scope = "openid offline_access api://retail-bank/payments api://retail-bank/accounts";
  const tokens = await wire.withPassword("otto@customer.example", PASSWORD, undefined, scope);
  const pay = async (token, cents) => fetch(new URL("/api/payments", demo.url), {
    method: "POST", headers: { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) }, body: JSON.stringify({ payee: "Energy", cents }),
  });
  assert.equal((await pay(tokens.access_token, 100_000)).status, 201);
  const refused = await pay(tokens.access_token, 100_001);
  assert.equal(refused.status, 401);
  const [, claims] = /error="insufficient_claims", claims="([^"]+)"/.exec(refused.headers.get("www-authenticate"));
  assert.deepEqual(JSON.parse(Buffer.from(claims, "base64")), { access_token: { acrs: { essential: true, value: "c1" } } });
  const [head, body, signature] = tokens.access_token.split(".");
  const raised = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(body, "base64url")), acrs: ["c1"] })).toString("base64url");
  const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString("base64url");
  const narrow = await wire.withPassword("otto@customer.example", PASSWORD, undefined, "openid offline_access api://retail-bank/accounts");
  const wrong = {
    "no token": undefined, "an ID token": tokens.id_token, "changed claims": `${head}.${raised}.${signature}`, "no signature": `${none}.${raised}.`,
    "no JSON": "a.b.c", "null": "bnVsbA.bnVsbA.", "a short signature": `${head}.${body}.AAAA`,
  };
  for (const [what, token] of Object.entries(wrong)) {
    const answer = await pay(token, 100);
    assert.equal(answer.status, 401, what);
    assert.match(answer.headers.get("www-authenticate"), /error="invalid_token"/, what);
  }
  assert.equal((await pay(narrow.access_token, 100)).status, 403);
  for (const cents of [0, -5, 1.5, "100", 1e9, null]) assert.equal((await pay(tokens.access_token, cents)).status, 400, String(cents));
  const raw = async (text, type = "application/json") => (await fetch(new URL("/api/payments", demo.url), {
    method: "POST", headers: { "content-type": type, authorization: `Bearer ${tokens.access_token}` }, body: text })).status;
  assert.deepEqual([await raw("null"), await raw("{"), await raw("[]"), await raw("{}", "text/plain")], [400, 400, 400, 415]);
});

/* ---- ./dev run ---- */

/** run.sh on free ports with a state of its own, until `text` is printed. */
async function startScript(state, env, text) {
  const child = spawn(join(ROOT, "examples/demo/run.sh"), [dirname(process.env.GATED)], { stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, GATE_STATE: state, GATE_PORT: "0", GATE_DEMO_PORT: "0", ...env } });
  const lines = [];
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", (line) => lines.push(line));
  const exited = once(child, "exit");
  await eventually(`run.sh to print ${text}`, () => {
    if (child.exitCode !== null) throw new Error(`run.sh ended: ${lines.join("\n")}`);
    return lines.some((line) => line.includes(text));
  });
  return { child, lines, stop: async () => { child.kill("SIGINT"); return (await exited)[0]; } };
}
const find = (lines, pattern) => lines.map((line) => pattern.exec(line)?.[1]).find(Boolean);
const gone = (url) => fetch(url).then(() => false, () => true);

test("run.sh prints the page's address first, and Ctrl-C stops gated and the page", async () => {
  const state = mkdtempSync(join(tmpdir(), "gate-demo-"));
  try {
    const script = await startScript(state, {}, "Ctrl-C stops it");
    const page = find(script.lines, /Open (http\S+)/);
    const gated = find(script.lines, /gated serves on (\S+)/);
    assert.ok(script.lines.findIndex((line) => line.includes(page)) < script.lines.findIndex((line) => line.includes(gated)));
    assert.match(await (await fetch(page)).text(), /<title>Retail Bank<\/title>/);
    assert.equal((await fetch(`${gated}/readyz`)).status, 200);
    assert.equal(await script.stop(), 0);
    assert.ok(await gone(page) && await gone(gated), "a server went on");
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
});

test("run.sh starts gated without Node, and says so", async () => {
  const state = mkdtempSync(join(tmpdir(), "gate-demo-"));
  try {
    const bin = join(state, "bin");
    mkdirSync(bin);
    writeFileSync(join(bin, "node"), "#!/bin/sh\nexit 1\n");
    chmodSync(join(bin, "node"), 0o755);
    const script = await startScript(state, { PATH: `${bin}:${process.env.PATH}` }, "Ctrl-C stops it");
    assert.ok(script.lines.some((line) => line.includes("without the page of the demo: it needs Node 18")));
    const gated = find(script.lines, /gated serves on (\S+)/);
    assert.equal((await fetch(`${gated}/readyz`)).status, 200);
    assert.equal(await script.stop(), 0);
    assert.ok(await gone(gated));
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
});

test("page and tests have the same MSAL, at an exact version", () => {
  const ours = JSON.parse(readFileSync(join(WEB, "package.json"), "utf8"));
  const tests = JSON.parse(readFileSync(join(ROOT, "tests/e2e/package.json"), "utf8"));
  assert.equal(ours.dependencies["@azure/msal-browser"], tests.dependencies["@azure/msal-browser"]);
  for (const [name, version] of Object.entries({ ...ours.dependencies, ...ours.devDependencies })) assert.match(version, /^\d+\.\d+\.\d+$/, name);
});
