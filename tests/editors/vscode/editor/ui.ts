// The actions of a user: sees the finding, opens the menu, previews the change, applies it, saves, and undoes it.
//
// Keys are sometimes lost while the editor is busy, so each step is repeated until the editor shows its effect, and every
// repetition is counted and printed. Responses of the server are never awaited by repeating.

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import type { Page } from "playwright-core";

import { built, Editor, rustassistant, until } from "./editor";

const PATIENCE_MS = 40_000;
const STEP_MS = 5000;

const LINE = "if !order.lines.is_empty()";
const RESULT = /if order\.lines\.is_empty\(\) \{\n\s+return;/;

let repeated = 0;

/** Repeats an action until the editor shows its effect. */
async function step(what: string, act: () => Promise<void>, shows: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  for (let attempt = 0; Date.now() < end; attempt += 1) {
    if (attempt > 0) {
      repeated += 1;
      console.log(`again: ${what}`);
    }
    await act();
    const shown = await until(what, shows, STEP_MS).catch(() => false);
    if (shown) {
      console.log(`ok    ${what}`);
      return;
    }
  }
  throw new Error(`it did not come to this: ${what}`);
}

class Window {
  constructor(
    readonly page: Page,
    private readonly file: string,
  ) {}

  /** The visible text of the editor. */
  async text(): Promise<string> {
    const lines = await this.page.locator(".editor-instance .view-line").allInnerTexts();
    return lines.join("\n").replaceAll("\u00a0", " ");
  }

  saved(): string {
    return readFileSync(this.file, "utf8");
  }

  isShown(selector: string): Promise<boolean> {
    return this.page.locator(selector).first().isVisible();
  }

  /** Moves the cursor into the first word of a line. */
  async clickWord(line: string, word: string): Promise<void> {
    await this.page.keyboard.press("Escape");
    const place = this.page.locator(".view-line", { hasText: line }).first();
    await place.locator("span", { hasText: word }).last().click({ position: { x: 4, y: 8 }, timeout: STEP_MS });
  }

  async rows(): Promise<string[]> {
    return this.page.locator(".action-widget .monaco-list-row").allInnerTexts();
  }

  hints(): Promise<number> {
    return this.page.locator(".squiggly-hint").count();
  }

  async hasMenu(): Promise<boolean> {
    return (await this.rows()).some((row) => /guard clause/i.test(row));
  }

  async openMenu(): Promise<void> {
    await this.clickWord(LINE, "if");
    await this.page.keyboard.press("Control+.");
  }

  /** Applies the fix of the finding, and saves. */
  async answer(what: string): Promise<void> {
    const choose = async () => {
      await this.openMenu();
      await until("the menu", () => this.hasMenu(), STEP_MS).catch(() => undefined);
      if (await this.hasMenu()) {
        await this.page.keyboard.press("Enter");
      }
    };
    await step(what, choose, async () => RESULT.test(await this.text()));
    await step("it is saved", () => this.save(), async () => RESULT.test(this.saved()));
  }

  async takeBack(what: string, before: string): Promise<void> {
    await step(what, () => this.page.keyboard.press("Control+Z"), async () => (await this.text()).includes(LINE));
    await step("what was is saved", () => this.save(), async () => this.saved() === before);
  }

  private save(): Promise<void> {
    return this.page.keyboard.press("Control+S");
  }
}

async function main(): Promise<void> {
  const editor = new Editor({
    machine: { "rustassistant.server.path": rustassistant },
    user: { "workbench.colorTheme": "Default Light Modern", "editor.minimap.enabled": false, "breadcrumbs.enabled": false },
    extensions: [path.join(built, "universal.vsix"), path.join(built, "neighbour.vsix")],
  });
  const pictures = process.env["PICTURES"] ?? path.join(built, "pictures");
  mkdirSync(pictures, { recursive: true });
  try {
    await editor.start();
    const file = path.join(editor.work, "src", "lib.rs");
    const start = performance.now();
    const page = await editor.open([["openFile", editor.remote(file)]]);
    try {
      await story(new Window(page, file), pictures, start);
      const other = await editor.open([["openFile", editor.remote(file)]]);
      await twoWindows(new Window(page, file), new Window(other, file));
      await duplicate(editor, pictures);
      const environment = { ...process.env, RUSTASSISTANT_HOME: editor.inside("home") };
      console.log(execFileSync(rustassistant, ["cache", "check"], { env: environment, encoding: "utf8" }).trim());
    } catch (error) {
      const last = editor.latest() ?? page;
      await last.screenshot({ path: path.join(built, "ui-failed.png") });
      writeFileSync(path.join(built, "ui-failed.html"), await last.content());
      console.log(`what was on the screen is in ${path.join(built, "ui-failed.png")} and .html`);
      throw error;
    }
    console.log(`steps repeated: ${repeated}`);
  } finally {
    await editor.stop();
  }
}

async function story(window: Window, pictures: string, start: number): Promise<void> {
  const { page } = window;
  const before = window.saved();
  await until("the hint is drawn", () => window.isShown(".squiggly-hint"));
  console.log(`the window is open and the hint is drawn after ${Math.round(performance.now() - start)} ms`);
  await page.keyboard.press("Control+B");
  await until("the lenses are drawn", async () => (await page.locator(".codelens-decoration", { hasText: "complexity" }).count()) > 0);

  // It is drawn by a style, so it has no size.
  const hasBulb = async () => (await page.locator("[class*=lightbulb]").count()) > 0;
  await step("the light bulb is shown", () => window.clickWord(LINE, "if"), hasBulb);
  const hasMenu = () => window.hasMenu();
  const openMenu = () => window.openMenu();
  await step("the menu has the answer", openMenu, hasMenu);
  const rows = await window.rows();
  console.log(`the menu: ${rows.filter((row) => row.trim() !== "").join(" | ").replaceAll("\n", " ")}`);
  await page.screenshot({ path: path.join(pictures, "light-bulb.png"), clip: { x: 52, y: 31, width: 640, height: 440 } });

  const isPreviewed = () => window.isShown(".bulk-edit-panel");
  await step(
    "the change is shown before it is made",
    async () => {
      if (!(await hasMenu())) {
        await openMenu();
        await until("the menu", hasMenu, STEP_MS).catch(() => undefined);
      }
      await page.keyboard.press("Control+Enter");
    },
    isPreviewed,
  );
  if (!(await window.text()).includes(LINE)) {
    throw new Error("the preview changed the text");
  }
  await step(
    "the change is discarded",
    () => page.locator(".bulk-edit-panel .monaco-button", { hasText: "Discard" }).click({ timeout: STEP_MS }),
    async () => !(await isPreviewed()),
  );

  await window.answer("the change is made");
  if (!window.saved().includes("// The first line is the one that counts.")) {
    throw new Error(`a comment is gone:\n${window.saved()}`);
  }
  await window.takeBack("it is taken back", before);
}

/** Changes saved in one window are shown in the other, with their findings, in both directions. */
async function twoWindows(first: Window, second: Window): Promise<void> {
  const before = first.saved();
  const hints = await until("the hints are drawn in the second window", () => second.hints());
  for (const [one, other, name] of [[first, second, "first"], [second, first, "second"]] as const) {
    await one.answer(`the change is made in the ${name} window`);
    await until("the other window follows", async () => RESULT.test(await other.text()));
    await until("the finding is gone there as well", async () => (await other.hints()) < hints);
    await one.takeBack(`it is taken back in the ${name} window`, before);
    await until("the other window follows", async () => (await other.text()).includes(LINE));
    await until("the finding is back there as well", async () => (await other.hints()) === hints);
  }
}

const TOTAL = `/// The sum of all lines, in cents, with what sending them costs.
pub fn total(lines: &[(u64, u64)], discount: u64) -> u64 {
    let mut sum = 0_u64;
    for (price, count) in lines {
        sum = sum.saturating_add(price.saturating_mul(*count));
    }
    let reduced = sum - sum * discount / 100;
    if reduced < 5000 {
        return reduced + 490;
    }
    reduced
}
`;

/** Duplicated code is marked in the open file, with a link to the other place. */
async function duplicate(editor: Editor, pictures: string): Promise<void> {
  const file = (name: string) => path.join(editor.work, "src", name);
  mkdirSync(path.join(editor.work, ".vscode"), { recursive: true });
  writeFileSync(path.join(editor.work, ".vscode", "settings.json"), '{ "editor.hover.enabled": "on" }');
  writeFileSync(path.join(editor.work, "rustassistant.toml"), 'profile = "full"\n');
  writeFileSync(file("invoices.rs"), `//! What has been sold.\n\n${TOTAL}`);
  writeFileSync(file("offers.rs"), `//! What might be sold.\n\n${TOTAL}`);
  const page = await editor.open([["openFile", editor.remote(file("invoices.rs"))]]);
  const window = new Window(page, file("invoices.rs"));
  await until("the duplicate is marked", () => window.isShown(".squiggly-hint"));
  await page.keyboard.press("Control+B");
  const hover = page.locator(".monaco-hover", { hasText: "is duplicated" });
  const ask = async () => {
    await window.clickWord("pub fn total", "total");
    await page.keyboard.press("Control+K");
    await page.keyboard.press("Control+I");
  };
  await step("the finding is told at its place", ask, async () => (await hover.count()) > 0);
  await page.screenshot({ path: path.join(pictures, "duplicate.png"), clip: { x: 52, y: 31, width: 900, height: 312 } });
  const other = hover.locator("a", { hasText: "offers.rs" }).first();
  await step(
    "the other place is a click away",
    async () => {
      if ((await other.count()) === 0) {
        await ask();
      }
      await other.click({ timeout: STEP_MS });
    },
    async () => (await window.text()).includes("What might be sold"),
  );
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
