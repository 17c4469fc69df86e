// What an app is told by the operator of its tenant. All of it is public.
export const TENANT = "7b7f6f5e-0001-4a6c-9d1e-0000000000b1";
export const CLIENT = "7b7f6f5e-0002-4a6c-9d1e-0000000000c1";

/** One sign-in is for one API: the policies on that API decide (docs/api/tokens.md, "Resources"). */
const OPENID = ["openid", "profile", "email", "offline_access"];
export const BANK_SCOPES = [...OPENID, "api://retail-bank/accounts", "api://retail-bank/payments"];
export const DOCUMENT_SCOPES = [...OPENID, "api://statements/read"];
