// Verifies tokens as an API does that knows its issuer and its audience, and nothing else: from the discovery document.
import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { SignJWT, createRemoteJWKSet, decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair, jwtVerify } from "jose";
import { AUDIENCE, CLIENT, DOMAIN, Gated, PASSWORD, TENANT, user } from "./lib/server.mjs";
import { SCOPE, Wire, assertTokens } from "./lib/wire.mjs";

const OTHER = { id: "7b7f6f5e-0001-4a6c-9d1e-0000000000b2", name: "Other Bank", domain: "other.bank.example" };
let gated, tokens;
before(async () => {
  gated = await Gated.start({ users: [user("otto", { password: PASSWORD })] });
  gated.provisioning.tenants.push(OTHER);
  gated.provision();
  tokens = await new Wire(gated).withPassword("otto@customer.example", PASSWORD);
  assertTokens(tokens);
});
after(() => gated?.remove());

/** The document of an issuer: by OpenID Connect Discovery 4 behind its path, by RFC 8414 3.1 in front of it. */
const appended = (issuer, name) => `${issuer}/.well-known/${name}`;
const inFront = (issuer, name) => { const url = new URL(issuer); return `${url.origin}/.well-known/${name}${url.pathname}`; };
const issuerOf = (tenant) => `${gated.origin}/${tenant}/v2.0`;
const about = async (issuer = issuerOf(TENANT)) => (await fetch(appended(issuer, "openid-configuration"))).json();

/** What an API checks (docs/api/tokens.md). */
async function verifyAsApi(token, { issuer = issuerOf(TENANT), audience = AUDIENCE, ...more } = {}) {
  const metadata = await about(issuer);
  assert.equal(metadata.issuer, issuer);
  return jwtVerify(token, createRemoteJWKSet(new URL(metadata.jwks_uri)), { issuer: metadata.issuer, audience, typ: "at+jwt", algorithms: ["ES256"], ...more });
}

test("an API accepts an access token from the issuer alone, and a page an ID token", async () => {
  const { payload, protectedHeader } = await verifyAsApi(tokens.access_token);
  assert.equal(payload.tid, TENANT);
  assert.ok(payload.scp.split(" ").includes("accounts"));
  assert.equal(protectedHeader.alg, "ES256");
  await verifyAsApi(tokens.id_token, { audience: CLIENT, typ: "JWT" });
});

test("a token that is for something else is refused", async () => {
  const refused = (token, more, code, claim) => assert.rejects(verifyAsApi(token, more), (error) => {
    assert.equal(error.code, code, String(error));
    if (claim) assert.equal(error.claim, claim, String(error));
    return true;
  });
  await refused(tokens.id_token, { audience: CLIENT }, "ERR_JWT_CLAIM_VALIDATION_FAILED", "typ");
  await refused(tokens.id_token, {}, "ERR_JWT_CLAIM_VALIDATION_FAILED");
  await refused(tokens.access_token, { audience: "api://statements" }, "ERR_JWT_CLAIM_VALIDATION_FAILED", "aud");
  // A sign-in that names no API gets a token that no API accepts.
  const directory = await new Wire(gated).withPassword("otto@customer.example", PASSWORD, undefined, "openid profile");
  await refused(directory.access_token, {}, "ERR_JWT_CLAIM_VALIDATION_FAILED", "aud");
  // The tenants of a server share its keys: the issuer tells them apart.
  await refused(tokens.access_token, { issuer: issuerOf(OTHER.id) }, "ERR_JWT_CLAIM_VALIDATION_FAILED", "iss");
  await refused(tokens.access_token, { currentDate: new Date((decodeJwt(tokens.access_token).exp + 1) * 1000) }, "ERR_JWT_EXPIRED", "exp");
  await refused(tokens.access_token, { currentDate: new Date((decodeJwt(tokens.access_token).nbf - 1) * 1000) }, "ERR_JWT_CLAIM_VALIDATION_FAILED", "nbf");
  await refused(`${tokens.access_token.slice(0, -4)}AAAA`, {}, "ERR_JWS_SIGNATURE_VERIFICATION_FAILED");
});

test("a token that somebody else made is refused", async () => {
  const claims = decodeJwt(tokens.access_token);
  const { kid } = decodeProtectedHeader(tokens.access_token);
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const signed = (header) => new SignJWT(claims).setProtectedHeader({ alg: "ES256", typ: "at+jwt", ...header }).sign(privateKey);
  const refused = async (token, code) => assert.rejects(verifyAsApi(await token), (error) => { assert.equal(error.code, code, String(error)); return true; });
  await refused(signed({ kid }), "ERR_JWS_SIGNATURE_VERIFICATION_FAILED");
  await refused(signed({ kid: "another" }), "ERR_JWKS_NO_MATCHING_KEY");
  await refused(signed({ kid: "another", jwk: await exportJWK(publicKey) }), "ERR_JWKS_NO_MATCHING_KEY");
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const none = `${part({ alg: "none", typ: "at+jwt", kid })}.${part(claims)}.`;
  await refused(none, "ERR_JOSE_ALG_NOT_ALLOWED");
  // The public key as the secret of an HMAC.
  const { keys } = await (await fetch((await about()).jwks_uri)).json();
  const confused = new SignJWT(claims).setProtectedHeader({ alg: "HS256", typ: "at+jwt", kid }).sign(new TextEncoder().encode(JSON.stringify(keys[0])));
  await refused(confused, "ERR_JOSE_ALG_NOT_ALLOWED");
});

test("the document is at every address at which clients look, by id and by domain, and says the same", async () => {
  const expected = await about();
  for (const tenant of [TENANT, DOMAIN]) {
    for (const name of ["openid-configuration", "oauth-authorization-server"]) {
      for (const url of [appended(issuerOf(tenant), name), inFront(issuerOf(tenant), name)]) {
        const answer = await fetch(url, { headers: { origin: "https://anywhere.example" } });
        assert.equal(answer.status, 200, url);
        assert.match(answer.headers.get("content-type"), /^application\/json/);
        assert.equal(answer.headers.get("access-control-allow-origin"), "*", url);
        assert.match(answer.headers.get("cache-control"), /^public, max-age=\d+$/);
        assert.deepEqual(await answer.json(), expected, url);
        assert.equal((await fetch(url, { method: "HEAD" })).status, 200, url);
      }
    }
  }
  for (const claim of [tokens.access_token, tokens.id_token]) assert.equal(decodeJwt(claim).iss, expected.issuer);
  assert.equal((await about(issuerOf(OTHER.id))).issuer, issuerOf(OTHER.id));
});

test("a tenant that is none has no document", async () => {
  for (const url of [appended(issuerOf("nobody.example"), "openid-configuration"), inFront(issuerOf("nobody.example"), "oauth-authorization-server")]) {
    const answer = await fetch(url);
    assert.equal(answer.status, 400);
    assert.deepEqual((await answer.json()).error_codes, [90002]);
  }
});

test("what the document promises is there, and nothing is missing", async () => {
  const metadata = await about();
  // RFC 8414 2 and OpenID Connect Discovery 3: what is required of a server without an authorization endpoint.
  for (const name of ["issuer", "token_endpoint", "jwks_uri", "response_types_supported", "subject_types_supported", "id_token_signing_alg_values_supported"]) {
    assert.ok(metadata[name]?.length > 0, name);
  }
  const endpoints = Object.entries(metadata).filter(([name]) => name.endsWith("_endpoint") || name.endsWith("_uri"));
  assert.deepEqual(endpoints.map(([name]) => name).sort(), ["jwks_uri", "token_endpoint"]);
  for (const [name, url] of endpoints) {
    assert.ok(url.startsWith(`${gated.origin}/${TENANT}/`), `${name}: ${url}`);
    const answer = name === "jwks_uri" ? await fetch(url) : await fetch(url, { method: "POST", body: new URLSearchParams({ client_id: CLIENT }) });
    assert.notEqual(answer.status, 404, name);
    assert.notEqual(answer.status, 405, name);
  }
  const jwks = await fetch(metadata.jwks_uri, { headers: { origin: "https://anywhere.example" } });
  assert.equal(jwks.headers.get("access-control-allow-origin"), "*");
  assert.match(jwks.headers.get("cache-control"), /^public, max-age=\d+$/);
  for (const key of (await jwks.json()).keys) {
    assert.deepEqual({ kty: key.kty, use: key.use, alg: key.alg }, { kty: "EC", use: "sig", alg: metadata.id_token_signing_alg_values_supported[0] });
    assert.equal(key.d, undefined, "a private key is published");
  }
  const wire = new Wire(gated);
  for (const grant_type of metadata.grant_types_supported) {
    const answer = await wire.post("/oauth2/v2.0/token", { grant_type, continuation_token: "x", oob: "1", refresh_token: "x" });
    assert.notEqual(answer.error, "unsupported_grant_type", grant_type);
  }
  const granted = await wire.withPassword("otto@customer.example", PASSWORD, undefined, metadata.scopes_supported.join(" "));
  assert.deepEqual(granted.scope.split(" ").sort(), [...metadata.scopes_supported].sort());
  assert.ok(metadata.acr_values_supported.includes(decodeJwt(tokens.id_token).acr));
  // The grant of RFC 6749 4.3 is not there, and is not promised.
  assert.ok(!metadata.grant_types_supported.includes("password"));
  const direct = await wire.post("/oauth2/v2.0/token", { grant_type: "password", username: "otto@customer.example", password: PASSWORD, scope: SCOPE });
  assert.equal(direct.access_token, undefined);
});
