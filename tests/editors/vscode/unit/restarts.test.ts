import assert from "node:assert/strict";
import { test } from "node:test";

import { Restarts } from "../../../../editors/vscode/src/restarts";

test("each start is later than the one before, and there is an end", () => {
  const restarts = new Restarts();
  const verdicts = Array.from({ length: 6 }, () => restarts.crashed(100));
  assert.deepEqual(
    verdicts.map(({ delayMs }) => delayMs),
    [500, 1000, 2000, 4000, 8000, undefined],
  );
});

test("it is said at the first crash and at the end", () => {
  const restarts = new Restarts();
  const verdicts = Array.from({ length: 6 }, () => restarts.crashed(100));
  assert.deepEqual(
    verdicts.map(({ isNews }) => isNews),
    [true, false, false, false, false, true],
  );
});

test("a server that ran for long had been well", () => {
  const restarts = new Restarts();
  restarts.crashed(0);
  restarts.crashed(0);
  assert.deepEqual(restarts.crashed(10 * 60_000), { delayMs: 500, isNews: true });
});

test("who asks for a start starts anew", () => {
  const restarts = new Restarts();
  for (let crash = 0; crash < 6; crash += 1) {
    restarts.crashed(0);
  }
  restarts.forget();
  assert.equal(restarts.crashed(0).delayMs, 500);
});
