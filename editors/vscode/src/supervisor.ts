// Keeps one server running: starts it, restarts it after a crash, and reports why it can't be started.

import * as os from "node:os";
import * as vscode from "vscode";

import { findServer, NoServer, type Remedy, type Server } from "./binary";
import { Restarts } from "./restarts";
import type { Progress, ServerStatus, Session } from "./session";
import { field, progressText, type State } from "./state";

export class Supervisor implements vscode.Disposable {
  private session: Session | undefined;
  private readonly restarts = new Restarts();
  /** Incremented on every start and stop, so that outdated operations can detect that they are. */
  private generation = 0;
  private timer: NodeJS.Timeout | undefined;
  /** Starts and stops never overlap. */
  private queue: Promise<void> = Promise.resolve();
  private readonly works = new Map<string | number, { title: string; line: string }>();
  private readonly changed = new vscode.EventEmitter<void>();

  readonly onDidChange = this.changed.event;
  readonly output = vscode.window.createOutputChannel("RustAssistant");
  readonly trace = vscode.window.createOutputChannel("RustAssistant Trace");
  state: State = { kind: "starting" };

  constructor(private readonly context: vscode.ExtensionContext) {}

  /** The session whose server is ready. */
  get ready(): Session | undefined {
    return this.state.kind === "running" ? this.session : undefined;
  }

  /** The server's current progress as one line. */
  get progress(): string | undefined {
    return [...this.works.values()].at(-1)?.line;
  }

  /** Starts the server, replacing a running one. Never throws. */
  restart(): Promise<void> {
    this.restarts.forget();
    return this.next(async () => this.start());
  }

  stop(): Promise<void> {
    return this.next(async () => {});
  }

  dispose(): void {
    void this.stop();
    this.output.dispose();
    this.trace.dispose();
    this.changed.dispose();
  }

  private next(then: () => Promise<void>): Promise<void> {
    clearTimeout(this.timer);
    this.generation += 1;
    const generation = this.generation;
    const last = this.session;
    this.session = undefined;
    this.works.clear();
    // Immediately, since a server that never becomes ready would block the queue.
    const stopped = last?.stop();
    this.queue = this.queue.then(async () => {
      await stopped;
      // Of several requests in quick succession, only the last counts; two servers at once would interfere with each other.
      if (generation === this.generation) {
        await then();
      }
    });
    return this.queue;
  }

  private async start(): Promise<void> {
    const generation = this.generation;
    this.become({ kind: "starting" });
    const server = await this.find();
    if (server === undefined || generation !== this.generation) {
      return;
    }
    this.output.appendLine(`Starting ${server.command} (${server.version}, from ${WORDS[server.origin]})`);
    const startedAt = Date.now();
    // The client library is large. Loading it here keeps it from slowing down the activation of extensions.
    const { Session } = await import("./session");
    if (generation !== this.generation) {
      return;
    }
    const session: Session = new Session(server, {
      output: this.output,
      trace: this.trace,
      onProgress: (token, progress) => this.took(token, progress),
      onStatus: (status) => this.heard(session, status),
      onCrash: (reason) => this.crashed(session, Date.now() - startedAt, reason),
    });
    this.session = session;
    const { version } = server;
    if ((await session.start()) && this.session === session) {
      this.become({ kind: "running", version, health: "ok", message: undefined, isBusy: false });
    }
  }

  private async find(): Promise<Server | undefined> {
    try {
      return await findServer({
        setting: vscode.workspace.getConfiguration("rustassistant").get("server.path"),
        extensionFolder: this.context.extensionPath,
        isTrusted: vscode.workspace.isTrusted,
        platform: process.platform,
        home: os.homedir(),
        environment: process.env,
      });
    } catch (error) {
      const fault = error instanceof NoServer ? error : new NoServer(String(error), "install");
      this.output.appendLine(fault.message);
      this.become({ kind: "stopped", reason: fault.message });
      void this.offer(fault.message, fault.remedy);
      return undefined;
    }
  }

  private async offer(message: string, remedy: Remedy): Promise<void> {
    const button = BUTTONS[remedy];
    if ((await vscode.window.showErrorMessage(`RustAssistant: ${message}`, button)) !== button) {
      return;
    }
    switch (remedy) {
      case "settings":
        await vscode.commands.executeCommand("workbench.action.openSettings", "rustassistant.server.path");
        break;
      case "install":
        await vscode.commands.executeCommand("extension.open", this.context.extension.id);
        break;
      case "trust":
        await vscode.commands.executeCommand("workbench.trust.manage");
        break;
    }
  }

  private crashed(session: Session, ranForMs: number, reason: string): void {
    if (this.session !== session) {
      return;
    }
    this.session = undefined;
    this.works.clear();
    const { delayMs, isNews } = this.restarts.crashed(ranForMs);
    this.output.appendLine(`The server crashed: ${reason}.`);
    void session.stop();
    if (delayMs === undefined) {
      const text = `The server crashed too often and is not restarted: ${reason}.`;
      this.become({ kind: "stopped", reason: text });
      void this.say(text, "error");
      return;
    }
    this.become({ kind: "restarting", delayMs });
    if (isNews) {
      void this.say(`The server crashed (${reason}) and is restarted.`, "warning");
    }
    this.timer = setTimeout(() => void this.next(async () => this.start()), delayMs);
  }

  private async say(text: string, severity: "warning" | "error"): Promise<void> {
    const show = severity === "error" ? vscode.window.showErrorMessage : vscode.window.showWarningMessage;
    const buttons = severity === "error" ? ["Restart Server", "Show Output"] : ["Show Output"];
    const chosen = await show(`RustAssistant: ${text}`, ...buttons);
    if (chosen === "Restart Server") {
      await this.restart();
    } else if (chosen === "Show Output") {
      this.output.show();
    }
  }

  private took(token: string | number, progress: Progress): void {
    if (progress.kind === "end") {
      this.works.delete(token);
    } else {
      const title = progress.kind === "begin" ? progress.title : (this.works.get(token)?.title ?? "working");
      this.works.set(token, { title, line: progressText(title, progress) });
    }
    this.changed.fire();
  }

  private heard(session: Session, status: ServerStatus): void {
    if (this.session !== session) {
      return;
    }
    const { health } = status;
    const message = field(status, "message");
    this.become({
      kind: "running",
      version: session.server.version,
      health: health === "warning" || health === "error" ? health : "ok",
      message: typeof message === "string" ? message : undefined,
      isBusy: status.quiescent === false,
    });
  }

  private become(state: State): void {
    this.state = state;
    this.changed.fire();
  }
}

const BUTTONS: Readonly<Record<Remedy, string>> = {
  settings: "Open Settings",
  install: "How to Install",
  trust: "Manage Workspace Trust",
};

const WORDS: Readonly<Record<Server["origin"], string>> = {
  setting: "the settings",
  bundled: "the extension",
  path: "PATH",
};

/** Shown if the server doesn't support a command. */
export const TOO_OLD = "This server is too old for this command. A newer one is included in the extension's platform-specific packages.";
