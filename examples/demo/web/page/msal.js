// The unmodified client of @azure/msal-browser, set up for a page whose own server carries its requests to gated.
import { CustomAuthPublicClientApplication } from "@azure/msal-browser/custom-auth";
import { deviceKey } from "./device-key.js";
import { Renewals } from "./renewals.js";
import { CLIENT, TENANT } from "./settings.js";

/**
 * `cacheLocation`: where tokens are kept. "sessionStorage" survives a reload of the page and ends with its tab; "memoryStorage" does
 * not survive it, and makes a second client beside the first one. Resolves with `{ app, renewals }`.
 */
export async function createClient(cacheLocation) {
  const renewals = new Renewals();
  const app = await CustomAuthPublicClientApplication.create({
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
    system: { networkClient: renewals, loggerOptions: { loggerCallback() {}, piiLoggingEnabled: false } },
  });
  return { app, renewals };
}
