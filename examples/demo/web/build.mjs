// Bundles the page into static files: build.mjs [FOLDER], by default build/demo/web of this project.
import { build } from "esbuild";
import { cpSync, mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(process.argv[2] ?? join(here, "../../../build/demo/web"));
mkdirSync(out, { recursive: true });
for (const file of ["index.html", "style.css", "icon.svg"]) cpSync(join(here, "page", file), join(out, file));
await build({
  entryPoints: [join(here, "page/main.js")], outfile: join(out, "main.js"),
  bundle: true, format: "esm", target: "es2022", minify: true, legalComments: "eof", logLevel: "warning",
});
