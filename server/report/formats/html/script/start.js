
// What is shown of all, and the start.

// ---- Scope ------------------------------------------------------------------------------------------------------------------

/** Shows a folder in the map, and in the tables what is in it; of a file, the folder around it. */
function setScope(path) {
  scope = path === map.root.path ? "" : path;
  const node = map.nodes.get(scope) ?? map.root;
  if (node.file === undefined) {
    map.shown = node;
  } else if (!map.elements.has(node)) {
    map.shown = node.parent;
  }
  drawMap();
  drawScope();
  for (const panel of Object.values(panels)) {
    panel.shown = ROWS;
  }
  selectPanel(chosenPanel);
}

function drawScope() {
  const line = byId("scope");
  if (scope === "") {
    line.replaceChildren();
    return;
  }
  const all = make("button", { class: "link", type: "button", onclick: () => setScope("") }, "show all");
  line.replaceChildren(make("span", { class: "quiet" }, "only in "), make("bdi", {}, scope), " \u00b7 ", all);
}

function showSmell(id) {
  clearFilters();
  panels.findings.bySmell.set(id);
  panels.findings.shown = ROWS;
  selectPanel(panels.findings);
  byId("tables").scrollIntoView();
  panels.findings.search.focus({ preventScroll: true });
}

function showFile(file) {
  setScope(file.path);
  selectPanel(panels.findings);
  panels.findings.tab.focus();
}

function clearFilters() {
  if (scope !== "") {
    setScope("");
  }
  panels.findings.search.value = "";
  panels.findings.filters.forEach((filter) => filter.set(filter.node.tagName === "LABEL" ? false : ""));
}

/** Opens the finding that the address names. */
function showNamed() {
  const number = Number(/^#finding-(\d+)$/.exec(location.hash)?.[1] ?? NaN);
  const finding = findings[number];
  if (finding === undefined) {
    return;
  }
  clearFilters();
  const panel = panels.findings;
  panel.opened.add(finding);
  panel.shown = Math.max(ROWS, panel.rows().indexOf(finding) + 1);
  selectPanel(panel);
  const row = byId(`finding-${number}`);
  row.scrollIntoView({ block: "start" });
  row.querySelector("button").focus({ preventScroll: true });
}

// ---- Start ------------------------------------------------------------------------------------------------------------------

readFiles();
startScheme();
drawSummary();
startMap();
startPanels();
drawnWidth = map.node.clientWidth;
drawMap();
showNamed();
window.addEventListener("hashchange", showNamed);
document.addEventListener("click", (event) => {
  // The same link once more changes no address.
  const link = event.target.closest('a[href^="#finding-"]');
  if (link !== null && link.getAttribute("href") === location.hash) {
    showNamed();
  }
});
