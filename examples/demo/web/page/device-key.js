/** A random name of this browser, so that attackers cannot lock its user out (docs/known-devices.md). */
export function deviceKey() {
  const made = localStorage.getItem("device-key");
  if (made) return made;
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  const key = btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replace("=", "");
  localStorage.setItem("device-key", key);
  return key;
}
