// Runs one test file with node's test runner, TAP on standard output. Says what to do where the clients are not installed.
import { existsSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
for (const [folder, library] of [[".", "@azure/msal-browser"], ["../../examples/resource-server", "jose"]]) {
  if (!existsSync(join(here, folder, "node_modules", library))) {
    console.error(`the test clients are not installed: run \`npm ci\` in ${join("tests/e2e", folder)}, or \`./dev test\`, which does`);
    process.exit(1);
  }
}
// Node 18, which Debian 12 has, hides the cryptography that browsers have and the clients need.
const options = Number(process.versions.node.split(".")[0]) < 19 ? "--experimental-global-webcrypto" : "";
const run = spawnSync(process.execPath, ["--test", "--test-reporter=tap", ...process.argv.slice(2)], {
  stdio: "inherit", env: { ...process.env, NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ""} ${options}`.trim() },
});
process.exit(run.status ?? 1);
