// What the server is told of the editor's settings: what the user has set and nothing else, so that what the settings leave
// out is decided by `rustassistant.toml`.

/** Settings of the extension itself; the server doesn't know them. */
const OWN = new Set(["server", "trace", "codeLens"]);

export type Tree = { readonly [name: string]: unknown };

/** The layers of settings as the editor holds them, the weaker first. */
export interface Layers {
  readonly globalValue?: unknown;
  readonly workspaceValue?: unknown;
  readonly workspaceFolderValue?: unknown;
}

/** One tree of everything that is set, including what is misspelt: the server is who says so. */
export function serverOptions(layers: Layers | undefined, showsLenses: boolean): Tree {
  // The server shows lenses to whoever asks for them; in this editor they are expected.
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
 * The same where rustc is never asked: it runs what a project brings, so that a workspace that isn't trusted doesn't get it, and
 * no workspace takes back what its user has switched off.
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

/** A setting that is a flag; a value of another type counts as not set. */
export function flag(value: unknown, otherwise: boolean): boolean {
  return typeof value === "boolean" ? value : otherwise;
}
