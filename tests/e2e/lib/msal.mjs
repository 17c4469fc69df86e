// The unmodified browser client of @azure/msal-browser in Node: just enough of a browser for it to agree to run.
import { CLIENT, TENANT } from "./server.mjs";

class MemoryStorage {
  #items = new Map();
  get length() { return this.#items.size; }
  key(i) { return [...this.#items.keys()][i] ?? null; }
  getItem(k) { return this.#items.get(String(k)) ?? null; }
  setItem(k, v) { this.#items.set(String(k), String(v)); }
  removeItem(k) { this.#items.delete(String(k)); }
  clear() { this.#items.clear(); }
}

function define(name, value) {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

/** The library never closes its channels; in a page the tab's end does. */
class UnrefChannel extends BroadcastChannel {
  constructor(name) {
    super(name);
    this.unref();
  }
}

function becomeBrowser() {
  define("BroadcastChannel", UnrefChannel);
  const location = new URL("http://localhost:3000/");
  const target = new EventTarget();
  const document = { cookie: "", addEventListener() {}, removeEventListener() {}, createElement: () => ({ style: {}, setAttribute() {} }), documentElement: {}, body: {} };
  define("sessionStorage", new MemoryStorage());
  define("localStorage", new MemoryStorage());
  define("location", location);
  define("document", document);
  define("navigator", { userAgent: "node", language: "en", onLine: true, cookieEnabled: true });
  const window = globalThis;
  define("window", window);
  define("self", window);
  define("parent", window);
  define("top", window);
  define("history", { replaceState() {} });
  for (const name of ["addEventListener", "removeEventListener", "dispatchEvent"]) {
    if (!window[name]) define(name, target[name].bind(target));
  }
}
becomeBrowser();
const library = await import("@azure/msal-browser/custom-auth");

/** A client of its own with an empty cache. */
export async function makeClient(gated, { capabilities = ["mfa_required", "registration_required"], deviceKey } = {}) {
  const requestInterceptor = deviceKey && { addAdditionalHeaderFields: () => ({ "x-gate-device-key": deviceKey }) };
  sessionStorage.clear();
  localStorage.clear();
  return library.CustomAuthPublicClientApplication.create({
    auth: { clientId: CLIENT, authority: `https://login.local.test/${TENANT}`, redirectUri: "http://localhost:3000/" },
    customAuth: { authApiProxyUrl: `${gated.origin}/${TENANT}`, challengeTypes: ["password", "oob", "redirect"], capabilities, requestInterceptor },
    cache: { cacheLocation: "sessionStorage" },
    system: { loggerOptions: { loggerCallback() {}, piiLoggingEnabled: false } },
  });
}
