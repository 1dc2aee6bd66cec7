
// Tables that are sorted and filtered.

/** Rows that are drawn at first, and with each request for more. */
const ROWS = 100;

/** The path of the folder or file that the tables are about. */
let scope = "";

function isInScope(file) {
  return scope === "" || file.path === scope || (scope.endsWith("/") && file.path.startsWith(scope));
}

/** Fills a panel: filters, a table or a list, and a button for more. */
class Panel {
  constructor(options) {
    Object.assign(this, { shown: ROWS, filters: [], opened: new Set() }, options);
    this.sorted = this.columns?.find((column) => column.key === this.sort);
    this.isDown = true;
    this.search = make("input", { type: "search", placeholder: this.asks, "aria-label": this.asks, oninput: rested(() => this.restart()) });
    this.count = make("span", { class: "count", role: "status" });
    this.body = this.columns === undefined ? make("div") : make("tbody");
    this.more = make("button", { class: "more", type: "button", onclick: () => this.showMore() });
    this.none = make("p", { class: "none" }, "Nothing here.");
    this.tab = make("button", { type: "button", role: "tab", id: `tab-${this.id}`, "aria-controls": `panel-${this.id}`, onclick: () => selectPanel(this) });
    this.node = make("div", { role: "tabpanel", id: `panel-${this.id}`, "aria-labelledby": `tab-${this.id}`, class: "panel" },
      make("div", { class: "filters" }, this.search, this.filters.map((filter) => filter.node), this.count),
      this.columns === undefined ? this.body : make("table", { "aria-labelledby": `tab-${this.id}` }, make("thead", {}, this.head()), this.body),
      this.none, this.more);
  }

  head() {
    this.heads = this.columns.map((column) => {
      const sort = make("button", { class: "sort", type: "button", onclick: () => this.sortBy(column) }, column.title);
      return make("th", { scope: "col", class: column.isNumber ? "number w-small" : `w-${column.width}`, title: column.hint }, sort);
    });
    return make("tr", {}, this.heads);
  }

  sortBy(column) {
    this.isDown = this.sorted === column ? !this.isDown : Boolean(column.isNumber);
    this.sorted = column;
    this.restart();
  }

  restart() {
    this.shown = ROWS;
    this.draw();
  }

  showMore() {
    const before = this.shown;
    this.shown += ROWS;
    this.draw();
    this.body.children[before]?.querySelector("button, a")?.focus();
  }

  /** What is in scope and passes the filters, in order. */
  rows() {
    const words = this.search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const passes = (row) => {
      const text = this.text(row).toLowerCase();
      return words.every((word) => text.includes(word)) && this.filters.every((filter) => filter.passes(row));
    };
    const rows = this.all.filter((row) => isInScope(row.file) && passes(row));
    const value = this.sorted?.value;
    return value === undefined ? rows : rows.sort((left, right) => {
      const [one, other] = this.isDown ? [value(right), value(left)] : [value(left), value(right)];
      return one < other ? -1 : one > other ? 1 : 0;
    });
  }

  draw() {
    const rows = this.rows();
    const shown = rows.slice(0, this.shown);
    this.body.replaceChildren(...shown.flatMap((row) => this.drawRow(row)));
    this.none.hidden = rows.length > 0;
    this.more.hidden = rows.length <= shown.length;
    this.more.textContent = `Show ${numbers.format(Math.min(ROWS, rows.length - shown.length))} more`;
    this.count.textContent = shownOf(shown.length, rows.length, this.thing);
    this.drawTab();
    this.heads?.forEach((head, at) => {
      if (this.columns[at] === this.sorted) {
        head.setAttribute("aria-sort", this.isDown ? "descending" : "ascending");
      } else {
        head.removeAttribute("aria-sort");
      }
    });
  }

  drawTab() {
    const inScope = this.all.filter((row) => isInScope(row.file)).length;
    this.tab.replaceChildren(this.title, make("span", {}, numbers.format(inScope)));
  }

  drawRow(row) {
    if (this.columns === undefined) {
      return [this.item(row)];
    }
    const detail = this.detail === undefined ? undefined : this.drawDetail(row);
    const cells = this.columns.map((column, at) => {
      const kinds = [column.isNumber ? "number" : "", column.isTitled ? "titled" : ""].join(" ").trim();
      const attributes = { class: kinds || undefined, "data-title": column.title };
      return at === 0
        ? make("th", { scope: "row" }, column.cell(row, detail))
        : make("td", attributes, column.cell(row));
    });
    return [make("tr", { id: this.rowId?.(row) }, cells), ...(detail === undefined ? [] : [detail])];
  }

  /** The row below a row, filled when it is opened. */
  drawDetail(row) {
    const cell = make("td", { colspan: this.columns.length });
    const detail = make("tr", { class: "detail", id: `${this.rowId(row)}-detail`, hidden: !this.opened.has(row) }, cell);
    if (this.opened.has(row)) {
      cell.append(this.detail(row));
    }
    return detail;
  }

  toggle(row, button, detail) {
    const opens = detail.hidden;
    detail.hidden = !opens;
    button.setAttribute("aria-expanded", String(opens));
    if (opens) {
      this.opened.add(row);
    } else {
      this.opened.delete(row);
    }
    const cell = detail.firstElementChild;
    if (opens && cell.childElementCount === 0) {
      cell.append(this.detail(row));
    }
  }
}

/** A list of choices that rows pass. */
function selection(words, options, passes) {
  const select = make("select", { "aria-label": words, onchange: () => panels.findings.restart() }, options.map(([value, name]) => make("option", { value }, name)));
  return { node: select, passes: (row) => select.value === "" || passes(row, select.value), set: (value) => { select.value = value; } };
}

function checkbox(words, passes) {
  const box = make("input", { type: "checkbox", onchange: () => panels.findings.restart() });
  return { node: make("label", {}, box, words), passes: (row) => !box.checked || passes(row), set: (value) => { box.checked = value; } };
}

function findingsPanel() {
  const smells = data.smells.map(({ id }) => [id, id]);
  const bySmell = selection("Smell", [["", "Every smell"], ...smells], (row, id) => row.id === id);
  const byLevel = selection("Level", [["", "Every level"], ["strong", "Strong"], ["warn", "Warn"]], (row, level) => levelOf(row) === level);
  const filters = [bySmell, byLevel];
  if (findings.some((finding) => finding.edit !== undefined)) {
    filters.push(checkbox("With an edit", (row) => row.edit !== undefined));
  }
  const panel = new Panel({
    id: "findings", title: "Findings", thing: "finding", all: findings, asks: "Filter by message, path or smell", sort: "weight", filters,
    text: (row) => `${row.message} ${row.file.path}:${row.line} ${row.id}`,
    rowId: (row) => `finding-${row.number}`,
    detail: detailOf,
    columns: [
      { key: "message", title: "Finding", width: "wide", value: (row) => row.message, cell: (row, detail) => findingButton(row, detail) },
      { key: "smell", title: "Smell", width: "medium", value: (row) => row.id, cell: (row) => row.id },
      { key: "place", title: "Place", width: "rest", value: (row) => `${row.file.path}:${String(row.line).padStart(7)}`, cell: (row) => place(row.file.path, row.line) },
      { key: "level", title: "Level", width: "small", value: (row) => levelOf(row), cell: (row) => make("span", { class: row.strong ? "is-strong" : "quiet" }, levelOf(row)) },
      { key: "weight", title: "Weight", isNumber: true, value: (row) => row.weight, cell: (row) => rates.format(row.weight), hint: "The measure relative to the strong limit, doubled where a refactoring is offered" },
    ],
  });
  panel.bySmell = bySmell;
  return panel;
}

function levelOf(finding) {
  return finding.strong ? "strong" : "warn";
}

function findingButton(finding, detail) {
  const edit = finding.edit === undefined ? undefined : make("span", { class: "tag" }, "edit");
  const isOpen = panels.findings.opened.has(finding);
  return make("button", {
    class: "row-button", type: "button", "aria-expanded": String(isOpen), "aria-controls": detail.id,
    onclick: (event) => panels.findings.toggle(finding, event.currentTarget, detail),
  }, make("span", {}, prose(finding.message), edit));
}

function duplicatesPanel() {
  return new Panel({
    id: "duplicates", title: "Duplicates", thing: "group", asks: "Filter by message or path", sort: undefined,
    all: findings.filter(standsAgain).sort((left, right) => right.weight - left.weight),
    text: (row) => `${row.message} ${row.places.map(([number]) => data.files[number].path).join(" ")}`,
    item: (row) => make("article", { class: "group" },
      make("h3", {}, make("a", { href: `#finding-${row.number}` }, prose(row.message))),
      make("p", {}, `${row.id} \u00b7 ${shownOf(row.places.length, row.places_in_all, "place")}`),
      sides(row)),
  });
}

function functionsPanel() {
  const number = (key, title, hint) => ({ key, title, hint, isNumber: true, value: (row) => row[key], cell: (row) => numbers.format(row[key]) });
  return new Panel({
    id: "functions", title: "Functions", thing: "function", all: functions, asks: "Filter by name or path", sort: "complexity",
    text: (row) => `${row.name} ${row.file.path}:${row.line}`,
    columns: [
      { key: "name", title: "Function", width: "name", value: (row) => row.name, cell: (row) => make("code", {}, make("bdi", {}, row.name)) },
      { key: "place", title: "Place", width: "rest", value: (row) => `${row.file.path}:${String(row.line).padStart(7)}`, cell: (row) => place(row.file.path, row.line) },
      number("complexity", "Complexity", "Cognitive complexity"),
      number("nesting", "Nesting", "The deepest nesting of control flow"),
      number("lines", "Lines", "Lines with code between the braces"),
      number("parameters", "Parameters", "Without self"),
    ],
  });
}

function filesPanel() {
  const number = (key, title, value, hint) => ({ key, title, hint, isNumber: true, value, cell: (row) => (Number.isInteger(value(row)) ? numbers : rates).format(value(row)) });
  return new Panel({
    id: "files", title: "Files", thing: "file", all: files.map((file) => ({ file })), asks: "Filter by path", sort: "findings",
    text: (row) => row.file.path,
    columns: [
      { key: "path", title: "File", width: "wide", value: (row) => row.file.path, cell: (row) => make("button", { class: "link", type: "button", onclick: () => showFile(row.file) }, place(row.file.path)) },
      number("lines", "Lines", (row) => row.file.lines),
      number("functions", "Functions", (row) => row.file.functions.length),
      number("complexity", "Highest complexity", (row) => row.file.complexity, "Of a function"),
      number("findings", "Findings", (row) => row.file.findings.length),
      { ...number("rate", "Per 1,000 lines", (row) => row.file.rate, "Findings"), cell: (row) => rates.format(row.file.rate) },
    ],
  });
}

const panels = {};
let chosenPanel;

function startPanels() {
  Object.assign(panels, { findings: findingsPanel() });
  if (findings.some(standsAgain)) {
    panels.duplicates = duplicatesPanel();
  }
  panels.functions = functionsPanel();
  panels.files = filesPanel();
  const all = Object.values(panels);
  byId("tabs").append(...all.map((panel) => panel.tab));
  byId("panels").append(...all.map((panel) => panel.node));
  byId("tabs").addEventListener("keydown", onTabKey);
  selectPanel(panels.findings);
}

/** Only what is seen is drawn. */
function selectPanel(chosen) {
  for (const panel of Object.values(panels)) {
    const isChosen = panel === chosen;
    panel.node.hidden = !isChosen;
    panel.tab.setAttribute("aria-selected", String(isChosen));
    panel.tab.setAttribute("tabindex", isChosen ? "0" : "-1");
    if (isChosen) {
      panel.draw();
    } else {
      panel.drawTab();
    }
  }
  chosenPanel = chosen;
}

function onTabKey(event) {
  const all = Object.values(panels);
  const at = all.indexOf(chosenPanel);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (to !== undefined) {
    const panel = all.at(to % all.length);
    selectPanel(panel);
    panel.tab.focus();
    event.preventDefault();
  }
}
