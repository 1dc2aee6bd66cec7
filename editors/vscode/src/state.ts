// The contents of the status item as plain data.

export type State =
  | { readonly kind: "starting" }
  | { readonly kind: "running"; readonly version: string; readonly health: Health; readonly message: string | undefined; readonly isBusy: boolean }
  | { readonly kind: "restarting"; readonly delayMs: number }
  | { readonly kind: "stopped"; readonly reason: string };

export type Health = "ok" | "warning" | "error";

export interface Shown {
  readonly text: string;
  readonly detail: string;
  readonly severity: "information" | "warning" | "error";
  readonly isBusy: boolean;
}

/** The state of the server's cache, as far as it is shown. Parsed from `cache stats --json`. */
export interface CacheState {
  readonly entries: number | undefined;
  readonly bytes: number | undefined;
  readonly fault: string | undefined;
}

export function shown(state: State, progress: string | undefined, cache: CacheState | undefined): Shown {
  switch (state.kind) {
    case "starting":
      return { text: "RustAssistant", detail: "starting", severity: "information", isBusy: true };
    case "restarting":
      return {
        text: "RustAssistant",
        detail: `crashed, restarts in ${seconds(state.delayMs)}`,
        severity: "warning",
        isBusy: true,
      };
    case "stopped":
      return { text: "RustAssistant: not running", detail: state.reason, severity: "error", isBusy: false };
    case "running":
      return {
        text: "RustAssistant",
        detail: details(state, progress, cache),
        severity: state.health === "ok" ? severityOf(cache) : state.health,
        isBusy: state.isBusy || progress !== undefined,
      };
  }
}

function details(state: State & { kind: "running" }, progress: string | undefined, cache: CacheState | undefined): string {
  const parts = [progress ?? state.message ?? `version ${state.version}`, ...(cache === undefined ? [] : [cacheText(cache)])];
  return parts.join(" · ");
}

function severityOf(cache: CacheState | undefined): "information" | "warning" {
  return cache?.fault === undefined ? "information" : "warning";
}

function cacheText(cache: CacheState): string {
  if (cache.fault !== undefined) {
    return `cache: ${cache.fault}`;
  }
  if (cache.entries === undefined) {
    return "cache: in memory";
  }
  const size = cache.bytes === undefined ? "" : `, ${byteText(cache.bytes)}`;
  return `cache: ${cache.entries} ${cache.entries === 1 ? "entry" : "entries"}${size}`;
}

export function byteText(bytes: number): string {
  const units = ["B", "kB", "MB", "GB"];
  let [value, unit] = [bytes, 0];
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}

/** Lenient: values that are missing or of another type aren't shown. */
export function cacheState(statistics: unknown): CacheState {
  const holdings = field(statistics, "holdings");
  return {
    entries: number(field(holdings, "entries")),
    bytes: number(field(holdings, "disk_bytes")),
    fault: text(field(statistics, "fault")),
  };
}

/** Formats a work-done progress as one line. */
export function progressText(title: string, value: { message?: string; percentage?: number }): string {
  const share = value.message ?? (value.percentage === undefined ? undefined : `${value.percentage} %`);
  return share === undefined ? title : `${title}: ${share}`;
}

export function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
