
// What the report comes to, and where to begin.

function drawSummary() {
  const lines = files.reduce((sum, file) => sum + file.lines, 0);
  const strong = findings.filter((finding) => finding.strong).length;
  const figures = [
    ["Files", numbers.format(files.length)],
    ["Lines", numbers.format(lines)],
    ["Functions", numbers.format(functions.length)],
    ["Findings", numbers.format(findings.length)],
    ["Strong", numbers.format(strong)],
    ["Findings per 1,000 lines", rates.format(rate(findings.length, lines))],
  ];
  byId("figures").append(...figures.map(([what, number]) => make("div", {}, make("dt", {}, what), make("dd", {}, number))));
  drawAbout();
  drawNotices();
  drawBegin();
  drawSmells();
}

function drawAbout() {
  const written = new Date(data.time.written * 1000);
  const when = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short" }).format(written);
  byId("about").textContent = `Written on ${when} by RustAssistant ${data.version}`;
  byId("foot").append(...prose(`RustAssistant ${data.version} read ${counted(files.length, "file")} in ${rates.format(data.time.elapsed_ms / 1000)} s. `
    + "The weight of a finding is its measure relative to the strong limit, doubled where a refactoring is offered. "
    + (data.with_offers || findings.length === 0 ? "" : "Edits are not included; `--offers` adds them. ")
    + "Invisible characters are escaped. This page loads nothing and sends nothing."));
}

/** What the page doesn't show is said. */
function drawNotices() {
  const notices = [];
  if (data.left_out > 0) {
    const shown = findings.length - data.left_out;
    notices.push(`To keep the page small, it contains the code of the ${counted(shown, "heaviest finding")}; ${numbers.format(data.left_out)} are without code.`);
  }
  if (data.edits_left_out > 0) {
    notices.push(`${counted(data.edits_left_out, "edit")} ${data.edits_left_out === 1 ? "is" : "are"} too long to be shown; \`rustassistant refactor apply\` shows them.`);
  }
  byId("notices").append(...notices.map((words) => make("p", { class: "notice" }, prose(words))));
}

function drawBegin() {
  if (data.begin.length === 0) {
    byId("begin").append(make("h2", {}, "No findings"), make("p", { class: "quiet" }, "No finding is above its limit."));
    return;
  }
  const items = data.begin.map((number) => {
    const finding = findings[number];
    const link = make("a", { href: `#finding-${number}` }, prose(finding.message));
    return make("li", {}, make("div", {}, link, make("p", {}, place(finding.file.path, finding.line), ` \u00b7 ${finding.id}`)));
  });
  byId("begin").append(make("h2", {}, "Start with"), make("ol", { class: "begin" }, items));
}

/** Smells that stand in the table before all are asked for. */
const SMELLS = 10;

function drawSmells() {
  const counts = countsBySmell();
  if (counts.length === 0) {
    return;
  }
  const rows = counts.map(smellRow);
  const later = rows.slice(counts.length > SMELLS + 1 ? SMELLS : counts.length);
  later.forEach((row) => { row.hidden = true; });
  const head = make("tr", {},
    make("th", { scope: "col" }, "Smell"),
    make("th", { scope: "col", class: "number" }, "Findings"),
    make("th", { scope: "col", class: "number" }, "Strong"));
  byId("smells").append(make("h2", { id: "smells-title" }, "By smell"),
    make("table", { class: "short", "aria-labelledby": "smells-title" }, make("thead", {}, head), make("tbody", {}, rows)));
  if (later.length > 0) {
    byId("smells").append(moreSmells(later));
  }
}

/** The most frequent first. */
function countsBySmell() {
  const counts = new Map();
  for (const { id, strong } of findings) {
    const count = counts.get(id) ?? { id, all: 0, strong: 0 };
    count.all += 1;
    count.strong += strong ? 1 : 0;
    counts.set(id, count);
  }
  return [...counts.values()].sort((left, right) => right.all - left.all);
}

function smellRow({ id, all, strong }) {
  const show = make("button", { class: "link", type: "button", onclick: () => showSmell(id) }, id);
  return make("tr", {},
    make("th", { scope: "row" }, show),
    make("td", { class: "number" }, numbers.format(all)),
    make("td", { class: strong === 0 ? "number quiet" : "number" }, numbers.format(strong)));
}

function moreSmells(rows) {
  const show = (event) => {
    rows.forEach((row) => { row.hidden = false; });
    rows[0].querySelector("button").focus();
    event.target.remove();
  };
  return make("button", { class: "more", type: "button", onclick: show }, `Show ${numbers.format(rows.length)} more`);
}
