// Headless Chromium of the system, driven by playwright-core, which brings no browser of its own.
import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

/** Where a Chromium is: GATE_CHROMIUM, or the path of Debian's package. Undefined where there is none. */
export const CHROMIUM = [process.env.GATE_CHROMIUM, "/usr/bin/chromium"].find((path) => path && existsSync(path));

/** The reason for `test(name, { skip: NO_BROWSER }, ...)`; false where a browser is. */
export const NO_BROWSER = CHROMIUM ? false : "no Chromium: install Debian's package `chromium`, or name one in GATE_CHROMIUM";

/** A browser with a profile of its own, which its `close()` removes. `PATIENCE_MS` bounds the start and every step in a page. */
export const PATIENCE_MS = 20_000;
export function launch() {
  // Chromium's own sandbox does not start as root, as in containers. Only pages of the tests are opened here.
  const args = process.getuid() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath: CHROMIUM, headless: true, timeout: PATIENCE_MS, args: [...args, "--disable-dev-shm-usage"] });
}

/**
 * A page as in a window of its own: nothing is shared with other pages. What a script throws and what the page writes to its
 * console as an error is kept in `page.faults`. `options` are those of playwright's `browser.newContext`.
 */
export async function openPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en-GB", ...options });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  page.faults = [];
  page.on("pageerror", (error) => page.faults.push(String(error)));
  page.on("console", (message) => { if (message.type() === "error") page.faults.push(message.text()); });
  return page;
}
