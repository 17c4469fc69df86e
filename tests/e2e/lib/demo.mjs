// The demo as `./dev run` starts it, on free ports and with a gated of its own: its users, its page, its page server.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Gated, eventually } from "./server.mjs";

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
export const WEB = join(ROOT, "examples/demo/web");
export const USERS = join(ROOT, "examples/demo/users.json");

/** Ends when the command does; fails if it failed. */
export async function finished(command, args) {
  const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`${command} ${args.join(" ")}: exit code ${code}`);
}

export class Demo {
  /** `options`: of Gated.start, beside the users of the demo. */
  static async start(options = {}) {
    if (!existsSync(join(WEB, "node_modules/esbuild"))) throw new Error("the demo's packages are not installed: run `npm ci` in examples/demo/web, or `./dev test`, which does");
    const demo = new Demo();
    const { tenants: [tenant], resources, clients, users } = JSON.parse(readFileSync(USERS, "utf8"));
    demo.users = users;
    demo.gated = await Gated.start({ tenant, resources, clients, users, ...options });
    try {
      const page = join(demo.gated.folder, "web");
      await finished(process.execPath, [join(WEB, "build.mjs"), page]);
      await demo.#serve(page);
    } catch (error) {
      await demo.stop();
      throw error;
    }
    return demo;
  }

  async #serve(page) {
    const { gated } = this;
    this.child = spawn(process.execPath, [join(WEB, "server.mjs"), "--port", "0", "--page", page, "--gated", gated.origin, "--bin", dirname(process.env.GATED),
      "--config", gated.config, "--outbox", gated.outbox], { stdio: ["ignore", "pipe", "pipe"] });
    this.exited = once(this.child, "exit");
    this.complaints = [];
    createInterface({ input: this.child.stderr }).on("line", (line) => this.complaints.push(line));
    createInterface({ input: this.child.stdout }).once("line", (line) => { this.url = line; });
    await eventually("the page server", () => {
      if (this.child.exitCode !== null) throw new Error(`the page server ended: ${this.complaints.join("\n")}`);
      return this.url;
    });
  }

  async stop() {
    if (this.child && this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill();
      await this.exited;
    }
    await this.gated.remove();
  }
}
