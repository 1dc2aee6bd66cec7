// Generates the settings: the extension's own, and one for every option of `rustassistant.toml` in the server's schema.

import { execFileSync } from "node:child_process";

/**
 * Options that aren't settings: projects can ship settings, so the server reads `cache` only from the user's own file; and
 * `editor.code_lens` is covered by the extension's own setting for code lenses.
 */
const LEFT_OUT = ["cache", "editor"];

/** The only option of a table that is a setting; its other options belong in the user's own file. */
const ALONE = { model: "enabled" };

/** Each folder of a workspace has its own settings, as each project has its own file. */
const OF_FOLDERS = { scope: "resource" };

const OWN = {
  "rustassistant.server.path": {
    type: "string",
    default: "",
    scope: "machine",
    markdownDescription:
      "Absolute path of the server to start; `~` is your home directory. If empty, the extension's own server is used, or else `rustassistant` on `PATH`.",
  },
  "rustassistant.codeLens.enable": {
    type: "boolean",
    default: true,
    markdownDescription: "Show complexity and length above functions with a finding.",
  },
  "rustassistant.trace.server": {
    type: "string",
    enum: ["off", "messages", "verbose"],
    default: "off",
    markdownDescription: "Which messages between editor and server are logged to the output *RustAssistant Trace*.",
  },
};

/** Builds `contributes.configuration` from the server's schema; `explain` returns a smell's documentation. */
export function configuration(schema, explain) {
  const general = {};
  const smells = {};
  for (const [name, option] of Object.entries(schema.properties)) {
    if (LEFT_OUT.includes(name)) {
      continue;
    }
    if (name === "smells") {
      for (const [id, smell] of Object.entries(option.properties)) {
        smells[`rustassistant.smells.${id}`] = { ...smell, ...OF_FOLDERS, markdownDescription: smellText(explain(id)) };
      }
    } else {
      const alone = ALONE[name];
      const one = () => settings(`rustassistant.${name}.${alone}`, option.properties[alone]);
      Object.assign(general, alone === undefined ? settings(`rustassistant.${name}`, option) : one());
    }
  }
  return [
    { title: "RustAssistant", properties: { ...OWN, ...general } },
    { title: "Smells", properties: smells },
  ];
}

/** One setting, or one for each option of a table. */
function settings(name, option) {
  if (option.properties === undefined) {
    const { description, ...shape } = option;
    return { [name]: { ...shape, ...OF_FOLDERS, markdownDescription: description } };
  }
  const inner = Object.entries(option.properties).map(([key, value]) => settings(`${name}.${key}`, value));
  return Object.assign({}, ...inner);
}

function smellText(documentation) {
  const paragraph = /What it does\n-+\n([\s\S]*?)\n\n/.exec(documentation)?.[1];
  const limits = /^Shown above .*?\./m.exec(documentation)?.[0];
  if (paragraph === undefined || limits === undefined) {
    throw new Error(`this documentation has another form than is known:\n${documentation}`);
  }
  const text = `${paragraph.replaceAll("\n", " ")} ${limits}`;
  return `${text} \`false\` disables it; a number sets the limit above which it is reported.`;
}

export function fromServer(server) {
  const run = (...args) => execFileSync(server, args, { encoding: "utf8" });
  return configuration(JSON.parse(run("config", "schema")), (id) => run("explain", id));
}
