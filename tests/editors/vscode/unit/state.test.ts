import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { test } from "node:test";

import { byteText, cacheState, progressText, shown, type State } from "../../../../editors/vscode/src/state";
import { statisticsPage } from "../../../../editors/vscode/src/statistics";
import { server } from "./server";

const running: State = { kind: "running", version: "0.1.0", health: "ok", message: undefined, isBusy: false };
const cache = { entries: 139, bytes: 69632, fault: undefined };

test("a server at rest shows its version and its cache", () => {
  const { text, detail, severity, isBusy } = shown(running, undefined, cache);
  assert.equal(`${text}|${detail}`, "RustAssistant|version 0.1.0 · cache: 139 entries, 69.6 kB");
  assert.deepEqual([severity, isBusy], ["information", false]);
});

test("work is shown before anything else", () => {
  const { detail, isBusy } = shown({ ...running, message: "fine" }, "Analysing: 3/9 files", undefined);
  assert.deepEqual([detail, isBusy], ["Analysing: 3/9 files", true]);
});

test("what is wrong has its severity", () => {
  assert.equal(shown({ ...running, health: "error", message: "broken" }, undefined, cache).severity, "error");
  const damaged = shown(running, undefined, { ...cache, fault: "no space" });
  assert.deepEqual([damaged.severity, damaged.detail], ["warning", "version 0.1.0 · cache: no space"]);
  const stopped = shown({ kind: "stopped", reason: "Not found." }, undefined, undefined);
  assert.deepEqual([stopped.severity, stopped.detail, stopped.isBusy], ["error", "Not found.", false]);
  const restarting = shown({ kind: "restarting", delayMs: 500 }, undefined, undefined);
  assert.deepEqual([restarting.severity, restarting.detail], ["warning", "crashed, restarts in 0.5 s"]);
});

test("progress is one line, with what there is of it", () => {
  assert.equal(progressText("Analysing", { message: "3/9 files", percentage: 33 }), "Analysing: 3/9 files");
  assert.equal(progressText("Analysing", { percentage: 33 }), "Analysing: 33 %");
  assert.equal(progressText("Analysing", {}), "Analysing");
});

test("sizes have three digits", () => {
  const texts = [0, 999, 1000, 69632, 268435456, 5e12].map(byteText);
  assert.deepEqual(texts, ["0 B", "999 B", "1.0 kB", "69.6 kB", "268 MB", "5000 GB"]);
});

test("statistics of another shape show nothing and break nothing", () => {
  for (const statistics of [null, 7, "x", {}, { holdings: 3 }, { holdings: { entries: "x" }, fault: 7, tiers: 1 }]) {
    assert.deepEqual(cacheState(statistics), { entries: undefined, bytes: undefined, fault: undefined });
    assert.match(statisticsPage(statistics), /^# Cache statistics/);
  }
});

test("the server's own statistics are understood", () => {
  const home = mkdtempSync(path.join(tmpdir(), "rustassistant-home-"));
  try {
    const environment = { ...process.env, RUSTASSISTANT_HOME: home };
    const run = (...args: string[]) => execFileSync(server(), args, { encoding: "utf8", env: environment });
    run("refactor", "analyze", "tests/cli/fixtures/calm.rs");
    const statistics: unknown = JSON.parse(run("cache", "stats", "--json"));
    const { entries, bytes, fault } = cacheState(statistics);
    assert.ok(entries !== undefined && entries > 0 && bytes !== undefined && bytes > 0);
    assert.equal(fault, undefined);
    const page = statisticsPage(statistics);
    assert.ok(page.includes(`| Entries | ${entries} |`), page);
    assert.ok(page.includes(path.join(home, "cache.db")), page);
    assert.match(page, /\| local \| \d+ \| \d+ \| .*\d+ \|/);
  } finally {
    rmSync(home, { recursive: true });
  }
});
