// The language status item of Rust files.

import * as vscode from "vscode";

import { type CacheState, cacheState, shown } from "./state";
import type { Supervisor } from "./supervisor";

const SEVERITIES = {
  information: vscode.LanguageStatusSeverity.Information,
  warning: vscode.LanguageStatusSeverity.Warning,
  error: vscode.LanguageStatusSeverity.Error,
} as const;

export class Status implements vscode.Disposable {
  private readonly item = vscode.languages.createLanguageStatusItem("rustassistant", [{ language: "rust" }]);
  private readonly subscription: vscode.Disposable;
  private cache: CacheState | undefined;
  private wasBusy = true;

  constructor(private readonly supervisor: Supervisor) {
    this.item.name = "RustAssistant";
    this.subscription = supervisor.onDidChange(() => this.update());
    this.update();
  }

  /** The displayed text, for tests. */
  get line(): string {
    return `${this.item.text} | ${this.item.detail ?? ""}`;
  }

  /** Requests the state of the cache; servers that don't report it have none to show. */
  async refreshCache(): Promise<void> {
    const session = this.supervisor.ready;
    if (session?.hasCommand("rustassistant.cacheStatistics") !== true) {
      return;
    }
    this.cache = await session.execute("rustassistant.cacheStatistics").then(cacheState, () => undefined);
    this.show();
  }

  dispose(): void {
    this.subscription.dispose();
    this.item.dispose();
  }

  private update(): void {
    const isRunning = this.supervisor.state.kind === "running";
    if (!isRunning) {
      this.cache = undefined;
    }
    const isBusy = this.show();
    // Work fills the cache, so there is something new to show once it ends.
    if (isRunning && this.wasBusy && !isBusy) {
      void this.refreshCache();
    }
    this.wasBusy = isBusy || !isRunning;
  }

  private show(): boolean {
    const { text, detail, severity, isBusy } = shown(this.supervisor.state, this.supervisor.progress, this.cache);
    this.item.text = text;
    this.item.detail = detail;
    this.item.severity = SEVERITIES[severity];
    this.item.busy = isBusy;
    this.item.command =
      this.supervisor.state.kind === "stopped"
        ? { title: "Restart Server", command: "rustassistant.restartServer" }
        : { title: "Show Output", command: "rustassistant.showOutput" };
    return isBusy;
  }
}
