// MSAL does not hand the Retry-After of an answer to the app, so the page notes it on the way.
let until = 0;

const send = globalThis.fetch.bind(globalThis);
globalThis.fetch = async (...request) => {
  const answer = await send(...request);
  const seconds = Number(answer.headers.get("retry-after"));
  if (seconds > 0) until = performance.now() + seconds * 1000;
  return answer;
};

/** Seconds, rounded up, for which the server asked to wait in its newest refusal; 0 when they have passed. */
export function secondsToWait() {
  return Math.max(0, Math.ceil((until - performance.now()) / 1000));
}
