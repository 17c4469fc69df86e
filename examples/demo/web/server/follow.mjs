// Two sources that grow line by line: the development outbox, and the audit log as `gated audit --follow` prints it.
import { spawn } from "node:child_process";
import { open } from "node:fs/promises";
import { createInterface } from "node:readline";

const POLL_MS = 150;
const AGAIN_MS = 1_000;

const parsed = (line) => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;  // the server was killed while it wrote
  }
};

/** Calls `take` with every object in the file, as it is appended. The file may be missing, and may be emptied. Returns what ends it. */
export function followFile(path, take) {
  let at = 0;
  let rest = Buffer.alloc(0);
  let ended = false;

  async function read() {
    const file = await open(path, "r").catch(() => undefined);
    if (!file) return;
    try {
      const { size } = await file.stat();
      if (size < at) [at, rest] = [0, Buffer.alloc(0)];
      while (at < size) {
        const length = Math.min(size - at, 65536);
        const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, at);
        if (bytesRead === 0) break;
        at += bytesRead;
        const lines = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
        const end = lines.lastIndexOf(10) + 1;
        rest = lines.subarray(end);
        for (const line of lines.subarray(0, end).toString("utf8").split("\n")) {
          const value = line && parsed(line);
          if (value) take(value);
        }
      }
    } finally {
      await file.close();
    }
  }
  (async () => {
    while (!ended) {
      await read().catch((error) => console.error(`${path}: ${error.message}`));
      await new Promise((resume) => setTimeout(resume, POLL_MS).unref());
    }
  })();
  return () => { ended = true; };
}

/** Calls `take` with every object that the command prints. Started again when it ends. Returns what ends it. */
export function followCommand(command, args, take) {
  let child;
  let ended = false;
  (function start() {
    child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
    createInterface({ input: child.stdout }).on("line", (line) => {
      const value = parsed(line);
      if (value) take(value);
    });
    child.on("error", (error) => console.error(`${command}: ${error.message}`));
    child.on("close", () => { if (!ended) setTimeout(() => { if (!ended) start(); }, AGAIN_MS).unref(); });
  })();
  return () => { ended = true; child.kill(); };
}
