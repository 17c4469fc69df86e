// What happens behind the page, told to it while it happens: messages that left, decisions that were made.
import { Refusal, SECURITY_HEADERS } from "./http.mjs";

const KEPT = 50;
const READERS_MAX = 20;
const KEEP_ALIVE_MS = 20_000;

export class Events {
  #kept = [];
  #readers = new Set();
  #alive = setInterval(() => this.#write(": still here\n\n"), KEEP_ALIVE_MS).unref();

  tell(kind, value) {
    const text = `event: ${kind}\ndata: ${JSON.stringify(value)}\n\n`;
    this.#kept.push(text);
    if (this.#kept.length > KEPT) this.#kept.shift();
    this.#write(text);
  }

  /** Answers with the newest events, and goes on with those to come. */
  read(request, response) {
    if (this.#readers.size >= READERS_MAX) throw new Refusal(503, "too many pages are open", { "retry-after": "5" });
    response.writeHead(200, { ...SECURITY_HEADERS, "content-type": "text/event-stream", "cache-control": "no-store" });
    response.write(`retry: 1000\n\n${this.#kept.join("")}`);
    this.#readers.add(response);
    response.on("close", () => this.#readers.delete(response));
  }

  close() {
    clearInterval(this.#alive);
    for (const reader of this.#readers) reader.end();
  }

  #write(text) {
    for (const reader of this.#readers) reader.write(text);
  }
}
