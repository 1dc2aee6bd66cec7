
// The parts of the script are one module in the page, in this order: data, summary, map, code, tables, start. Text enters the
// page as text alone. `README.md` says what the data is.
// This part: what the page is told, and helpers that everything else uses.

// ---- Data -------------------------------------------------------------------------------------------------------------------

const data = JSON.parse(document.getElementById("data").textContent);

/** What belongs to the report; files elsewhere only lend their lines. */
const files = data.files.filter((file) => file.lines !== undefined);
const findings = [];
const functions = [];

function readFiles() {
  for (const file of files) {
    file.findings ??= [];
    file.functions ??= [];
    file.complexity = 0;
    for (const finding of file.findings) {
      findings.push(Object.assign(finding, { file, number: findings.length, id: data.smells[finding.smell].id }));
    }
    for (const [name, line, end, complexity, nesting, lines, parameters] of file.functions) {
      functions.push({ file, name, line, end, complexity, nesting, lines, parameters });
      file.complexity = Math.max(file.complexity, complexity);
    }
    file.rate = rate(file.findings.length, file.lines);
  }
}

/** Findings in 1,000 lines. */
function rate(count, lines) {
  return lines === 0 ? 0 : (count * 1000) / lines;
}

/** The text of a line, from 1, or nothing if the page doesn't hold it. */
function lineOf(file, number) {
  const stretch = (file.code ?? []).findLast(([first]) => first <= number);
  if (stretch === undefined) {
    return undefined;
  }
  if (typeof stretch[1] === "string") {
    stretch[1] = stretch[1].split("\n");
  }
  return stretch[1][number - stretch[0]];
}

/** Whether a finding tells of several places that are the same. */
function standsAgain(finding) {
  return (finding.places?.length ?? 0) > 1;
}

// ---- Helpers ----------------------------------------------------------------------------------------------------------------

const numbers = new Intl.NumberFormat("en");
const rates = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

function byId(id) {
  return document.getElementById(id);
}

/** An element with attributes; children are elements, or words that stay words. */
function make(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) {
      node.addEventListener(key.slice(2), value);
    } else if (value === true) {
      node.setAttribute(key, "");
    } else if (value !== false && value !== undefined) {
      node.setAttribute(key, value);
    }
  }
  node.append(...children.flat().filter((child) => child !== undefined));
  return node;
}

/** "1 file", "1,200 files" */
function counted(count, thing) {
  return `${numbers.format(count)} ${thing}${count === 1 ? "" : "s"}`;
}

/** "3 places", "6 of 17 places" */
function shownOf(shown, all, thing) {
  return shown === all ? counted(all, thing) : `${numbers.format(shown)} of ${counted(all, thing)}`;
}

/** Words in which pairs of backticks enclose code. */
function prose(words) {
  const parts = words.split("`");
  if (parts.length % 2 === 0) {
    return [words];
  }
  return parts.map((part, at) => (at % 2 === 1 ? make("code", {}, make("bdi", {}, part)) : part)).filter((part) => part !== "");
}

/** A path whose name stands out, and a line. */
function place(path, line) {
  const names = path.split("/");
  const name = names.pop();
  const folders = names.flatMap((folder) => [`${folder}/`, make("wbr")]);
  const behind = line === undefined ? "" : `:${line}`;
  return make("span", { class: "place" }, make("bdi", {}, folders, make("b", {}, name), behind));
}

/** Choices of which one holds, in a fieldset that stands in the page. */
function choices(fieldset, options, chosen, choose) {
  for (const [value, words] of options) {
    const input = make("input", { type: "radio", name: fieldset.id, value, checked: value === chosen, onchange: () => choose(value) });
    fieldset.append(make("label", {}, input, words));
  }
}

/** Something that is asked for again only after a short rest. */
function rested(act) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, 120);
  };
}

// ---- Scheme -----------------------------------------------------------------------------------------------------------------

const SCHEME = "rustassistant-scheme";

/** A browser may refuse to remember anything; the choice then holds for this visit. */
function remembered() {
  try {
    return localStorage.getItem(SCHEME) ?? "";
  } catch {
    return "";
  }
}

function setScheme(scheme) {
  document.documentElement.dataset.theme = scheme;
  try {
    localStorage.setItem(SCHEME, scheme);
  } catch {
    // It holds for this visit.
  }
}

function startScheme() {
  const scheme = remembered();
  document.documentElement.dataset.theme = scheme;
  choices(byId("theme"), [["", "System"], ["light", "Light"], ["dark", "Dark"]], scheme, setScheme);
}
