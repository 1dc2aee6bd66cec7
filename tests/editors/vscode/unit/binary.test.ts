import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, test } from "node:test";

import { findOnPath, findServer, isOlder, MINIMUM_VERSION, NoServer, parseVersion, type Surroundings } from "../../../../editors/vscode/src/binary";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "rustassistant-binary-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A program whose output is given by the script. */
function program(name: string, script: string): string {
  const file = path.join(folder, name, "rustassistant");
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}

const saying = (name: string, version: string) => program(name, `echo "rustassistant ${version}"`);

function around(changes: Partial<Surroundings> = {}): Surroundings {
  return {
    setting: "",
    extensionFolder: path.join(folder, "extension"),
    isTrusted: true,
    platform: "linux",
    home: folder,
    environment: { PATH: `${path.join(folder, "nowhere")}:${path.join(folder, "on-path")}` },
    ...changes,
  };
}

async function refusal(changes: Partial<Surroundings>): Promise<NoServer> {
  try {
    await findServer(around(changes));
  } catch (error) {
    assert.ok(error instanceof NoServer, `${error}`);
    return error;
  }
  throw new Error("a server was found");
}

test("the settings come first, then the package, then PATH", async () => {
  const onPath = saying("on-path", "0.3.0");
  assert.deepEqual(await findServer(around()), { command: onPath, version: "0.3.0", origin: "path" });
  const bundled = saying("extension/server", "0.2.0");
  assert.deepEqual(await findServer(around()), { command: bundled, version: "0.2.0", origin: "bundled" });
  const named = saying("named", "0.4.0");
  const expected = { command: named, version: "0.4.0", origin: "setting" };
  assert.deepEqual(await findServer(around({ setting: named })), expected);
  assert.deepEqual(await findServer(around({ setting: " ~/named/rustassistant " })), expected);
});

test("a missing server is one sentence and a way to get it", async () => {
  const { message, remedy } = await refusal({});
  assert.match(message, /not found/);
  assert.equal(remedy, "install");
});

test("a wrong setting is never answered with another server", async () => {
  saying("on-path", "0.3.0");
  for (const setting of ["/no/such/file", "relative/path", folder, 7, ["x"], { path: "x" }]) {
    const { message, remedy } = await refusal({ setting });
    assert.equal(remedy, "settings", message);
    assert.match(message, /rustassistant\.server\.path/);
  }
});

test("nothing set, in any form, is nothing", async () => {
  const command = saying("on-path", "0.3.0");
  for (const setting of [undefined, null, "", "  "]) {
    assert.equal((await findServer(around({ setting }))).command, command);
  }
});

test("a workspace that isn't trusted gets the package's server alone", async () => {
  saying("on-path", "0.3.0");
  const named = saying("named", "0.4.0");
  const { remedy } = await refusal({ setting: named, isTrusted: false });
  assert.equal(remedy, "trust");
  const bundled = saying("extension/server", "0.2.0");
  assert.equal((await findServer(around({ setting: named, isTrusted: false }))).command, bundled);
});

test("a server that is too old is refused with both versions", async () => {
  const { message, remedy } = await refusal({ setting: saying("old", "0.0.9") });
  assert.match(message, /0\.0\.9.*too old.*needs 0\.1\.0/);
  assert.equal(remedy, "settings");
});

test("what is no server says why", async () => {
  const cases: [string, RegExp][] = [
    [program("other", "echo something else"), /answers `--version` with "something else"/],
    [program("silent", ""), /answers `--version` with ""/],
    [program("failing", "exit 3"), /code 3/],
    [program("killed", "kill -9 $$"), /SIGKILL/],
  ];
  for (const [setting, expected] of cases) {
    assert.match((await refusal({ setting })).message, expected);
  }
  const plain = path.join(folder, "plain");
  writeFileSync(plain, "text");
  chmodSync(plain, 0o755);
  assert.match((await refusal({ setting: plain })).message, /can't be used/);
  chmodSync(plain, 0o644);
  assert.match((await refusal({ setting: plain })).message, /permission denied/);
});

test("PATH is searched in order, and only its absolute entries", async () => {
  const first = saying("a", "0.1.0");
  saying("b", "0.1.0");
  const list = ["", ".", "relative", path.join(folder, "a"), path.join(folder, "b")].join(":");
  assert.equal(await findOnPath({ environment: { PATH: list }, platform: "linux" }), first);
  const back = path.relative(process.cwd(), path.join(folder, "a"));
  assert.equal(await findOnPath({ environment: { PATH: back }, platform: "linux" }), undefined);
  assert.equal(await findOnPath({ environment: {}, platform: "linux" }), undefined);
});

test("PATH is passed over what can't be executed", async () => {
  chmodSync(saying("a", "0.1.0"), 0o644);
  const second = saying("b", "0.1.0");
  const list = `${path.join(folder, "a")}:${path.join(folder, "b")}`;
  assert.equal(await findOnPath({ environment: { PATH: list }, platform: "linux" }), second);
});

test("on Windows PATH has any case, semicolons and programs with an ending", async () => {
  const file = path.join(folder, "rustassistant.exe");
  writeFileSync(file, "");
  chmodSync(file, 0o755);
  const environment = { Path: `${path.join(folder, "no")};${folder}` };
  assert.equal(await findOnPath({ environment, platform: "win32" }), file);
});

test("versions are read from the first line only", () => {
  assert.equal(parseVersion("rustassistant 0.1.0\n"), "0.1.0");
  assert.equal(parseVersion("rustassistant 1.2.3-alpha.1 (abc)\n"), "1.2.3-alpha.1");
  for (const printed of ["", "rustassistant", "rustassistant 1.2", "rust-analyzer 1.2.3", "x\nrustassistant 1.2.3"]) {
    assert.equal(parseVersion(printed), undefined, printed);
  }
});

test("versions are compared by numbers, and a pre-release is older", () => {
  assert.ok(isOlder("0.9.0", "0.10.0"));
  assert.ok(isOlder("0.1.0", "1.0.0"));
  assert.ok(isOlder("1.0.0-rc.1", "1.0.0"));
  assert.ok(!isOlder("1.0.1-rc.1", "1.0.0"));
  assert.ok(!isOlder("1.0.0", "1.0.0"));
  assert.ok(!isOlder(MINIMUM_VERSION, MINIMUM_VERSION));
});
