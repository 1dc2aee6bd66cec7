// Writes the settings into package.json: `npm run settings -- path/to/rustassistant`. The tests check that they match.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { fromServer } from "./schema.mjs";

const manifestFile = fileURLToPath(new URL("../package.json", import.meta.url));
const server = process.argv[2];
if (server === undefined) {
  console.error("settings: say which server to ask: npm run settings -- path/to/rustassistant");
  process.exit(2);
}
const manifest = JSON.parse(readFileSync(manifestFile, "utf8"));
manifest.contributes.configuration = fromServer(server);
writeFileSync(manifestFile, `${JSON.stringify(manifest, undefined, 2)}\n`);
