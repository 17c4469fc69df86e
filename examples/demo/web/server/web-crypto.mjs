// Node 18, which Debian 12 has, hides the cryptography that the library for tokens uses.
import { webcrypto } from "node:crypto";

globalThis.crypto ??= webcrypto;
