// A PostgreSQL server of its own for the tests of this process: see tests/postgres/run_server.cpp.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

let server;

/** The URL of an empty schema; undefined where PostgreSQL is not installed, which is said once. */
export async function newSchema() {
  if (server === undefined) {
    const child = spawn(process.env.GATE_POSTGRES, [], { stdio: ["pipe", "pipe", "inherit"] });
    server = { child, reader: createInterface({ input: child.stdout }) };
  }
  if (server.missing) return undefined;
  const line = once(server.reader, "line");
  server.child.stdin.write("\n");
  const [url] = await line;
  if (url.startsWith("postgres")) return url;
  if (!url.startsWith("skipped")) throw new Error(url);
  console.log(url);
  server.missing = true;
  return undefined;
}

/** Ends the server, whose data goes with it. */
export async function stopPostgres() {
  if (server === undefined || server.child.exitCode !== null) return;
  const ended = once(server.child, "exit");
  server.child.stdin.end();
  await ended;
}
