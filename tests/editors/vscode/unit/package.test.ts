// The package's contents, and package.json.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { after, test } from "node:test";

// @ts-expect-error: a script, without types
import { targetsOf } from "../../../../editors/vscode/scripts/executable.mjs";
// @ts-expect-error: a script, without types
import { fromServer } from "../../../../editors/vscode/scripts/schema.mjs";
import { server } from "./server";

const extension = path.resolve("editors/vscode");
const out = mkdtempSync(path.join(tmpdir(), "rustassistant-out-"));
after(() => rmSync(out, { recursive: true }));

interface Setting {
  readonly [name: string]: unknown;
}
interface Manifest {
  readonly version: string;
  readonly contributes: {
    readonly commands: { readonly command: string }[];
    readonly configuration: { readonly properties: Record<string, Setting> }[];
  };
}
const manifest = JSON.parse(readFileSync(path.join(extension, "package.json"), "utf8")) as Manifest;
const settings = Object.assign({}, ...manifest.contributes.configuration.map((part) => part.properties)) as Record<string, Setting>;

test("the settings are those of the server's schema", () => {
  const hint = "; run `npm run settings -- path/to/rustassistant` in editors/vscode";
  assert.deepEqual(manifest.contributes.configuration, fromServer(server()), `package.json is behind the schema${hint}`);
});

/** Whether a workspace may control the setting: never the destination of data, nor spending on a model. */
function isSetting(name: string, inner: string): boolean {
  return name === "model" ? inner === "enabled" : name !== "cache" && name !== "editor";
}

test("every option but those of the user alone and of editors is a setting", () => {
  const schema = JSON.parse(execFileSync(server(), ["config", "schema"], { encoding: "utf8" })) as Setting;
  const properties = schema["properties"] as Record<string, { properties?: Record<string, Setting> }>;
  for (const [name, option] of Object.entries(properties)) {
    for (const inner of option.properties === undefined ? [""] : Object.keys(option.properties)) {
      const setting = `rustassistant.${name}${inner === "" ? "" : `.${inner}`}`;
      assert.equal(setting in settings, isSetting(name, inner), setting);
    }
  }
});

test("of the options of editors there is the one that the setting for lenses stands for", () => {
  const schema = JSON.parse(execFileSync(server(), ["config", "schema"], { encoding: "utf8" })) as {
    properties: { editor: { properties: Record<string, Setting> } };
  };
  assert.deepEqual(Object.keys(schema.properties.editor.properties), ["code_lens"]);
  assert.equal(schema.properties.editor.properties["code_lens"]?.["type"], "boolean");
  assert.equal(settings["rustassistant.codeLens.enable"]?.["type"], "boolean");
});

test("no workspace can choose the server, trusted or not, and no default hides the project's options", () => {
  assert.equal(settings["rustassistant.server.path"]?.["scope"], "machine");
  for (const [name, setting] of Object.entries(settings)) {
    const isOwn = /^rustassistant\.(server|trace|codeLens)\./.test(name);
    assert.equal("default" in setting, isOwn, name);
  }
});

test("the version is the server's", () => {
  const printed = execFileSync(server(), ["--version"], { encoding: "utf8" });
  assert.equal(printed, `rustassistant ${manifest.version}\n`);
});

function pack(...args: string[]) {
  return spawnSync(process.execPath, ["scripts/package.mjs", "--out", out, ...args], { cwd: extension, encoding: "utf8" });
}

function contents(vsix: string): string[] {
  const listed = execFileSync("unzip", ["-Z1", vsix], { encoding: "utf8" });
  return listed.trim().split("\n").sort();
}

const CONTENTS = [
  "[Content_Types].xml",
  "extension.vsixmanifest",
  "extension/LICENSE.txt",
  "extension/changelog.md",
  "extension/images/icon.png",
  "extension/images/icon.svg",
  "extension/images/light-bulb.png",
  "extension/out/extension.js",
  "extension/package.json",
  "extension/readme.md",
];

test("the universal package has no server and at most 200 kB", () => {
  const { status, stderr } = pack();
  assert.equal(status, 0, stderr);
  const vsix = path.join(out, `rustassistant-vscode-${manifest.version}.vsix`);
  assert.deepEqual(contents(vsix), CONTENTS);
  const { size } = statSync(vsix);
  console.log(`the package without the server: ${size} bytes`);
  assert.ok(size <= 200_000, `${size} bytes`);
});

test("a package for a target has the server inside, as it was and executable", () => {
  const [target] = targetsOf(readFileSync(server())) as string[];
  assert.ok(target !== undefined, "the server was built for no known target");
  const { status, stderr } = pack("--target", target, "--server", server());
  assert.equal(status, 0, stderr);
  const vsix = path.join(out, `rustassistant-vscode-${manifest.version}-${target}.vsix`);
  assert.deepEqual(contents(vsix), [...CONTENTS, "extension/server/rustassistant"].sort());
  execFileSync("unzip", ["-q", vsix, "extension/server/rustassistant", "extension.vsixmanifest", "-d", out]);
  const inside = path.join(out, "extension/server/rustassistant");
  assert.equal(statSync(inside).mode & 0o111, 0o111);
  assert.equal(execFileSync(inside, ["--version"], { encoding: "utf8" }), `rustassistant ${manifest.version}\n`);
  assert.match(readFileSync(path.join(out, "extension.vsixmanifest"), "utf8"), new RegExp(`TargetPlatform="${target}"`));
});

test("a server for another target is not packaged", () => {
  const fits = targetsOf(readFileSync(server())) as string[];
  const other = ["darwin-arm64", "win32-x64", "linux-x64"].find((target) => !fits.includes(target)) ?? "";
  const { status, stderr } = pack("--target", other, "--server", server());
  assert.equal(status, 1);
  assert.ok(stderr.includes(`was built for ${fits.join(", ")}, not for ${other}`), stderr);
  const text = path.join(out, "text");
  writeFileSync(text, "#!/bin/sh\n");
  const refused = pack("--target", "linux-x64", "--server", text);
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /built for no target that is known/);
  assert.equal(pack("--target", "linux-x64").status, 1);
  assert.equal(pack("--server", server()).status, 1);
});

test("headers tell systems and machines", () => {
  const le = (size: number, ...fields: [at: number, bytes: number, value: number][]) => {
    const buffer = Buffer.alloc(size);
    for (const [at, bytes, value] of fields) {
      buffer.writeUIntLE(value, at, bytes);
    }
    return buffer;
  };
  const elf = (machine: number, bits: number, interpreter?: string) => {
    const header = le(256, [0, 4, 0x464c457f], [4, 1, bits], [5, 1, 1], [18, 2, machine]);
    if (interpreter !== undefined) {
      header.writeBigUInt64LE(64n, 32);
      header.writeUInt16LE(56, 54);
      header.writeUInt16LE(1, 56);
      header.writeUInt32LE(3, 64);
      header.writeBigUInt64LE(128n, 72);
      header.writeBigUInt64LE(BigInt(interpreter.length + 1), 96);
      header.write(interpreter, 128, "latin1");
    }
    return header;
  };
  const pe = (machine: number) => le(256, [0, 2, 0x5a4d], [60, 4, 128], [128, 4, 0x4550], [132, 2, machine]);
  const fat = Buffer.alloc(64);
  fat.writeUInt32BE(0xcafebabe, 0);
  fat.writeUInt32BE(2, 4);
  fat.writeUInt32BE(0x01000007, 8);
  fat.writeUInt32BE(0x0100000c, 28);
  const cases: [Buffer, string[]][] = [
    [elf(0x3e, 2, "/lib64/ld-linux-x86-64.so.2"), ["linux-x64"]],
    [elf(0xb7, 2, "/lib/ld-linux-aarch64.so.1"), ["linux-arm64"]],
    [elf(0x3e, 2, "/lib/ld-musl-x86_64.so.1"), ["alpine-x64"]],
    [elf(0xb7, 2), ["linux-arm64", "alpine-arm64"]],
    [elf(0x28, 1), ["linux-armhf"]],
    [elf(0xf3, 2), []],
    [elf(0x3e, 1), []],
    [le(64, [0, 4, 0xfeedfacf], [4, 4, 0x0100000c]), ["darwin-arm64"]],
    [le(64, [0, 4, 0xfeedfacf], [4, 4, 0x01000007]), ["darwin-x64"]],
    [fat, ["darwin-x64", "darwin-arm64"]],
    [pe(0x8664), ["win32-x64"]],
    [pe(0xaa64), ["win32-arm64"]],
    [pe(0x14c), []],
    [Buffer.alloc(0), []],
    [Buffer.from("MZ"), []],
    [Buffer.from("\x7fELF"), []],
    [Buffer.alloc(4096, 0xff), []],
  ];
  for (const [bytes, expected] of cases) {
    assert.deepEqual(targetsOf(bytes), expected, bytes.toString("hex", 0, 24));
  }
});

test("every command of the palette has a name that the server's don't have", () => {
  const commands = manifest.contributes.commands.map(({ command }) => command);
  assert.equal(new Set(commands).size, commands.length);
  // The client registers the server's commands with the editor; a duplicate name would prevent it from starting.
  for (const taken of ["cacheStatistics", "clearCache", "reindex", "explain", "fixWorkspace"]) {
    assert.ok(!commands.includes(`rustassistant.${taken}`), taken);
  }
});
