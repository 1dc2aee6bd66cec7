// Packages the extension: `npm run package -- [--target TARGET --server PROGRAM] [--out FOLDER]`.
//
// Without a target, the package is for every system and looks for a server on PATH. With one, the server is included,
// provided that its header says it was built for that target. Only what is copied here is packaged.

import { createVSIX } from "@vscode/vsce";
import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

import { targetsOf } from "./executable.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const repository = path.join(root, "..", "..");
const CONTENTS = ["README.md", "CHANGELOG.md", "images", "out/extension.js"];

const { values } = parseArgs({
  options: { target: { type: "string" }, server: { type: "string" }, out: { type: "string", default: "out" } },
});

try {
  const file = await packageFor(values);
  console.log(`${file}: ${statSync(file).size} bytes`);
} catch (error) {
  console.error(`package: ${error.message}`);
  process.exit(1);
}

async function packageFor({ target, server, out }) {
  if ((target === undefined) !== (server === undefined)) {
    throw new Error("a target needs a server, and a server a target");
  }
  if (server !== undefined) {
    const fitting = targetsOf(readFileSync(server));
    if (!fitting.includes(target)) {
      const built = fitting.length === 0 ? "no target that is known" : fitting.join(", ");
      throw new Error(`${server} was built for ${built}, not for ${target}`);
    }
  }
  execFileSync(process.execPath, [path.join(root, "scripts/build.mjs")], { stdio: "inherit" });
  const stage = mkdtempSync(path.join(tmpdir(), "rustassistant-vsix-"));
  try {
    const manifest = fill(stage, target, server);
    mkdirSync(out, { recursive: true });
    const suffix = target === undefined ? "" : `-${target}`;
    const packagePath = path.resolve(out, `rustassistant-vscode-${manifest.version}${suffix}.vsix`);
    await createVSIX({
      cwd: stage,
      packagePath,
      target,
      dependencies: false,
      allowMissingRepository: true,
      rewriteRelativeLinks: false,
    });
    return packagePath;
  } finally {
    rmSync(stage, { recursive: true });
  }
}

function fill(stage, target, server) {
  for (const name of CONTENTS) {
    cpSync(path.join(root, name), path.join(stage, name), { recursive: true });
  }
  const manifest = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
  // These fields are only needed for building.
  for (const name of ["scripts", "devDependencies", "dependencies", "private"]) {
    delete manifest[name];
  }
  writeFileSync(path.join(stage, "package.json"), JSON.stringify(manifest, undefined, 2));
  const licences = ["LICENSE-MIT", "LICENSE-APACHE"].map((name) => readFileSync(path.join(repository, name), "utf8"));
  const choice = "Licensed under either of the MIT license or the Apache License, Version 2.0, at your option.\n";
  writeFileSync(path.join(stage, "LICENSE.txt"), [choice, ...licences].join("\n\n"));
  if (server !== undefined) {
    const name = target.startsWith("win32") ? "rustassistant.exe" : "rustassistant";
    mkdirSync(path.join(stage, "server"));
    cpSync(server, path.join(stage, "server", name));
    chmodSync(path.join(stage, "server", name), 0o755);
  }
  return manifest;
}
