// The editor settings that are sent to the server: only those the user has set explicitly, so that `rustassistant.toml`
// decides the rest.

/** Settings of the extension itself, which the server doesn't know. */
const OWN = new Set(["server", "trace", "codeLens"]);

export type Tree = { readonly [name: string]: unknown };

/** The layers of settings in the editor, lowest precedence first. */
export interface Layers {
  readonly globalValue?: unknown;
  readonly workspaceValue?: unknown;
  readonly workspaceFolderValue?: unknown;
}

/** Merges all settings into one tree, including misspelt ones, which the server reports. */
export function serverOptions(layers: Layers | undefined, showsLenses: boolean): Tree {
  // The server shows lenses only on request, but users of this editor expect them.
  let options: Tree = { editor: { code_lens: showsLenses } };
  const all = [layers?.globalValue, layers?.workspaceValue, layers?.workspaceFolderValue].filter(isTree);
  for (const layer of all) {
    options = merged(options, layer);
  }
  if (all.some((layer) => isTree(layer["compiler"]) && layer["compiler"]["enabled"] === false)) {
    options = withoutCompiler(options);
  }
  return Object.fromEntries(Object.entries(options).filter(([name]) => !OWN.has(name)));
}

/**
 * Disables rustc in the options: it runs code that a project provides. Used for untrusted workspaces, and so that no
 * workspace can override a user who has disabled it.
 */
export function withoutCompiler(options: Tree): Tree {
  return merged(options, { compiler: { enabled: false } });
}

function merged(below: Tree, above: Tree): Tree {
  const result: Record<string, unknown> = { ...below };
  for (const [name, value] of Object.entries(above)) {
    const known = result[name];
    result[name] = isTree(known) && isTree(value) ? merged(known, value) : value;
  }
  return result;
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Reads a boolean setting; a value of another type counts as not set. */
export function flag(value: unknown, otherwise: boolean): boolean {
  return typeof value === "boolean" ? value : otherwise;
}
