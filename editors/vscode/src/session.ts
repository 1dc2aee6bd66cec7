// One run of the server, from its start to its end, however it ends.

import { type ChildProcess, spawn } from "node:child_process";
import * as vscode from "vscode";
import {
  CloseAction,
  CodeLensRequest,
  DidChangeConfigurationNotification,
  ErrorAction,
  ErrorCodes,
  ExecuteCommandRequest,
  LanguageClient,
  type LanguageClientOptions,
  type Message,
  type MessageTransports,
  type Middleware,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
  type WorkDoneProgressBegin,
  type WorkDoneProgressEnd,
  type WorkDoneProgressReport,
} from "vscode-languageclient/node";

import type { Server } from "./binary";
import { EXTRACT_FUNCTION, renameExtracted } from "./extracted";
import { flag, serverOptions, type Tree, withoutCompiler } from "./options";
import type { Health } from "./state";

const SECTION = "rustassistant";
/** Time in milliseconds that the server gets to exit by itself before it is killed. */
const PATIENCE_MS = 2000;

export type Progress = WorkDoneProgressBegin | WorkDoneProgressReport | WorkDoneProgressEnd;

export interface ServerStatus {
  readonly health: Health;
  readonly quiescent: boolean;
  readonly message?: string;
}

/** Receives the events of a session. */
export interface Listener {
  readonly output: vscode.OutputChannel;
  readonly trace: vscode.OutputChannel;
  onProgress(token: string | number, progress: Progress): void;
  onStatus(status: ServerStatus): void;
  /** The server exited unexpectedly; called only once. */
  onCrash(reason: string): void;
}

/** The library's client without its own error messages and exceptions: the supervisor reports failures once. */
class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }

  override async stop(timeout?: number): Promise<void> {
    // A client that never connected throws here; it has no server to shut down.
    await super.stop(timeout).catch(() => {});
  }
}

/**
 * The library's writer without its failures: the library leaves behind a rejected promise for each of them, and a broken
 * pipe is also noticed when it closes.
 */
class QuietWriter extends StreamMessageWriter {
  override async write(message: Message): Promise<void> {
    await super.write(message).catch(() => {});
  }
}

export class Session {
  private readonly client: QuietClient;
  private child: ChildProcess | undefined;
  private isOver = false;
  private tellOver: () => void = () => {};
  private readonly over = new Promise<undefined>((resolve) => {
    this.tellOver = () => resolve(undefined);
  });
  private readonly unanswered = new Set<() => void>();

  constructor(
    readonly server: Server,
    private readonly listener: Listener,
  ) {
    this.client = new QuietClient(SECTION, "RustAssistant", () => this.spawn(), this.clientOptions());
    this.client.registerFeature({
      fillClientCapabilities: (capabilities) => {
        capabilities.experimental = {
          ...(capabilities.experimental as object),
          serverStatusNotification: true,
          // Not a setting, because a project can ship those.
          rustassistant: { trustedWorkspace: vscode.workspace.isTrusted },
        };
      },
      initialize: () => {},
      getState: () => ({ kind: "static" }),
      clear: () => {},
    });
  }

  /** Whether the server became ready; a failure is reported as a crash. */
  async start(): Promise<boolean> {
    this.client.onNotification("experimental/serverStatus", (status: ServerStatus) => {
      if (!this.isOver) {
        this.listener.onStatus(status);
      }
    });
    const started = this.client.start().then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    // The client's promise may never settle if the server dies during startup.
    const fault = await Promise.race([started, this.over]);
    if (this.isOver) {
      return false;
    }
    if (fault === undefined) {
      return true;
    }
    // The pipes break before the process has exited, and its exit status is more informative.
    await this.ended(PATIENCE_MS);
    this.crash(fault);
    return false;
  }

  async stop(): Promise<void> {
    this.end();
    await this.client.dispose(PATIENCE_MS);
    this.endProcess();
  }

  hasCommand(command: string): boolean {
    return this.client.initializeResult?.capabilities.executeCommandProvider?.commands.includes(command) ?? false;
  }

  hasActionKind(kind: string): boolean {
    const provider = this.client.initializeResult?.capabilities.codeActionProvider;
    return typeof provider === "object" && (provider.codeActionKinds?.includes(kind) ?? false);
  }

  execute(command: string, ...args: unknown[]): Promise<unknown> {
    return this.client.sendRequest(ExecuteCommandRequest.type, { command, arguments: args });
  }

  /** Makes the editor request code lenses again. */
  refreshLenses(): void {
    const feature = this.client.getFeature(CodeLensRequest.method);
    for (const document of vscode.workspace.textDocuments) {
      feature.getProvider(document)?.onDidChangeCodeLensEmitter.fire();
    }
  }

  toRange(range: unknown): vscode.Range | undefined {
    return this.client.protocol2CodeConverter.asRange(range as never);
  }

  private async spawn(): Promise<MessageTransports> {
    const child = spawn(this.server.command, ["lsp"], { windowsHide: true });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", reject);
    });
    this.child = child;
    // Without these handlers, a pipe that breaks while the server dies would cause an uncaught exception.
    child.on("error", () => {});
    child.stdin.on("error", () => {});
    child.stderr.on("data", (said: Buffer) => this.listener.output.append(said.toString()));
    child.once("exit", (code, signal) => {
      this.crash(signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`);
    });
    return { reader: new StreamMessageReader(child.stdout), writer: new QuietWriter(child.stdin) };
  }

  private crash(reason: string): void {
    if (this.isOver) {
      return;
    }
    this.end();
    this.endProcess();
    this.listener.onCrash(reason);
  }

  private end(): void {
    this.isOver = true;
    this.tellOver();
    for (const giveUp of this.unanswered) {
      giveUp();
    }
  }

  /** Rejects requests that are still pending when the server exits; the client itself misses some of them. */
  private untilOver<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const giveUp = () => reject(new ResponseError(ErrorCodes.PendingResponseRejected, "The server exited before it answered."));
      const waiting = this.unanswered.add(giveUp);
      answer.then(resolve, reject).finally(() => waiting.delete(giveUp));
      if (this.isOver) {
        giveUp();
      }
    });
  }

  private ended(patienceMs: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.runningChild() === undefined) {
        resolve();
        return;
      }
      const timer = setTimeout(resolve, patienceMs);
      this.child?.once("exit", () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  private runningChild(): ChildProcess | undefined {
    const child = this.child;
    return child?.exitCode === null && child.signalCode === null ? child : undefined;
  }

  private endProcess(): void {
    const child = this.runningChild();
    if (child === undefined) {
      return;
    }
    const timer = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
    child.once("exit", () => clearTimeout(timer));
    child.stdin?.end();
  }

  private clientOptions(): LanguageClientOptions {
    return {
      documentSelector: [
        { scheme: "file", language: "rust" },
        { scheme: "untitled", language: "rust" },
      ],
      initializationOptions: currentOptions(),
      outputChannel: this.listener.output,
      traceOutputChannel: this.listener.trace,
      synchronize: { configurationSection: SECTION },
      middleware: this.middleware(),
      // The supervisor handles crashes; the client would restart the server immediately and show a message each time.
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: async () => {
          // Without the delay, the client would drop its own start before that has failed, leaving an unhandled rejection.
          await new Promise((resolve) => setImmediate(resolve));
          return { action: CloseAction.DoNotRestart, handled: true };
        },
      },
      initializationFailedHandler: () => false,
    };
  }

  private middleware(): Middleware {
    return {
      sendRequest: (type, params, token, next) => this.untilOver(next(type, params, token)),
      // Progress is shown in the status item; the client would add another entry to the status bar.
      handleWorkDoneProgress: (token, progress) => this.listener.onProgress(token, progress),
      executeCommand: async (command, args, next) => {
        const answer: unknown = await next(command, args);
        if (command === EXTRACT_FUNCTION) {
          await renameExtracted(answer);
        }
        return answer;
      },
      provideCodeLenses: (document, token, next) => (showsLenses() ? next(document, token) : []),
      workspace: {
        configuration: ({ items }) => items.map(({ scopeUri }) => currentOptions(scopeUri)),
        // The server requests the settings it needs.
        didChangeConfiguration: () =>
          this.client.sendNotification(DidChangeConfigurationNotification.type, { settings: null }),
      },
    };
  }
}

/** The settings of a folder, or of the window if there is none. */
function currentOptions(scope?: string): Tree {
  const uri = scope === undefined ? undefined : vscode.Uri.parse(scope);
  const options = serverOptions(vscode.workspace.getConfiguration(undefined, uri).inspect(SECTION), showsLenses());
  return vscode.workspace.isTrusted ? options : withoutCompiler(options);
}

function showsLenses(): boolean {
  return flag(vscode.workspace.getConfiguration(SECTION).get("codeLens.enable"), true);
}
