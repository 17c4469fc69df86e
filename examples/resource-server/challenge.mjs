// The challenge with which an API asks for an authentication context, as Entra writes it: `claims` is what the client has to send to
// the authorization server, in base64url. The error is "insufficient_claims"; RFC 9470 calls the same "insufficient_user_authentication".

/** The value of WWW-Authenticate. */
export function demandContext(context) {
  const claims = { access_token: { acrs: { essential: true, value: context } } };
  return `Bearer realm="", error="insufficient_claims", claims="${Buffer.from(JSON.stringify(claims)).toString("base64url")}"`;
}

/** The `claims` parameter that a challenge asks for; null for every other answer. */
export function demandedClaims(wwwAuthenticate) {
  const parameter = (name) => new RegExp(`(?:^|[ ,])${name}="([^"]*)"`).exec(wwwAuthenticate ?? "")?.[1];
  if (parameter("error") !== "insufficient_claims" || !parameter("claims")) return null;
  const text = Buffer.from(parameter("claims"), "base64url").toString("utf8");
  JSON.parse(text); // throws on nonsense, before it is sent on
  return text;
}
