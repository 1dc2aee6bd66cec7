import assert from "node:assert/strict";
import { test } from "node:test";

import { flag, type Layers, serverOptions as withLenses, withoutCompiler } from "../../../../editors/vscode/src/options";

/** All options except those that are always sent. */
function serverOptions(layers: Layers | undefined): Record<string, unknown> {
  const { editor, ...others } = withLenses(layers, true);
  assert.deepEqual(editor, { code_lens: true });
  return others;
}

test("lenses are asked for as the setting says, unless an option does", () => {
  assert.deepEqual(withLenses({}, false), { editor: { code_lens: false } });
  const layers = { globalValue: { editor: { code_lens: false } } };
  assert.deepEqual(withLenses(layers, true), { editor: { code_lens: false } });
});

test("nothing set is nothing said", () => {
  assert.deepEqual(serverOptions(undefined), {});
  assert.deepEqual(serverOptions({}), {});
});

test("defaults are not said, and neither are the extension's own settings", () => {
  const layers = {
    defaultValue: { profile: "calm" },
    globalValue: { server: { path: "/x" }, trace: { server: "verbose" }, codeLens: { enable: false }, profile: "full" },
  };
  assert.deepEqual(serverOptions(layers), { profile: "full" });
});

test("the stronger layer wins, smell by smell", () => {
  const layers = {
    globalValue: { smells: { "deep-nesting": { warn: 4, level: "hint" }, "long-function": 80 } },
    workspaceValue: { smells: { "deep-nesting": { warn: 5 } }, exclude: ["a"] },
    workspaceFolderValue: { exclude: ["b"], smells: { "long-function": false } },
  };
  assert.deepEqual(serverOptions(layers), {
    smells: { "deep-nesting": { warn: 5, level: "hint" }, "long-function": false },
    exclude: ["b"],
  });
});

test("what has a wrong type or name goes to the server, who says so", () => {
  const options = { profile: 7, smells: "none", misspelt: null, cache: { path: "/x" } };
  assert.deepEqual(serverOptions({ globalValue: options }), options);
  assert.deepEqual(serverOptions({ globalValue: "text", workspaceValue: [1] }), {});
});

test("whoever switches the compiler off is believed, whatever a stronger layer says", () => {
  const [off, on] = [{ compiler: { enabled: false } }, { compiler: { enabled: true } }];
  assert.deepEqual(serverOptions({ globalValue: off, workspaceValue: on }), off);
  assert.deepEqual(serverOptions({ globalValue: on, workspaceValue: off }), off);
  assert.deepEqual(serverOptions({ workspaceFolderValue: on, globalValue: off }), off);
  assert.deepEqual(withoutCompiler({ profile: "full" }), { profile: "full", ...off });
  assert.deepEqual(withoutCompiler(on), off);
});

test("a flag of another type counts as not set", () => {
  assert.equal(flag(false, true), false);
  assert.equal(flag(true, false), true);
  for (const value of ["false", 0, null, undefined, {}]) {
    assert.equal(flag(value, true), true);
  }
});
