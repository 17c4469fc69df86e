// The unmodified client of @azure/msal-browser, set up for a page whose own server carries its requests to gated.
import { CustomAuthPublicClientApplication } from "@azure/msal-browser/custom-auth";
import { CLIENT, TENANT } from "./settings.js";

/**
 * `cacheLocation`: where tokens are kept. "sessionStorage" survives a reload of the page and ends with its tab; "memoryStorage" does
 * not survive it, and makes a second client beside the first one.
 */
export function createClient(cacheLocation) {
  return CustomAuthPublicClientApplication.create({
    auth: {
      clientId: CLIENT,
      // Never contacted: MSAL wants an https name, and files its cache under it.
      authority: `https://login.retail.bank.example/${TENANT}`,
      redirectUri: location.origin,
    },
    customAuth: {
      authApiProxyUrl: `${location.origin}/${TENANT}`,
      challengeTypes: ["password", "oob", "redirect"],
      // What this page has forms for. Without these, gated sends users who need them to a browser sign-in.
      capabilities: ["mfa_required", "registration_required"],
      requestInterceptor: { addAdditionalHeaderFields: () => ({ "x-gate-device-key": deviceKey() }) },
    },
    cache: { cacheLocation },
    system: { loggerOptions: { loggerCallback() {}, piiLoggingEnabled: false } },
  });
}

/** A random name of this browser, so that attackers cannot lock its user out (docs/known-devices.md). */
function deviceKey() {
  const made = localStorage.getItem("device-key");
  if (made) return made;
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  const key = btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace("=", "");
  localStorage.setItem("device-key", key);
  return key;
}
