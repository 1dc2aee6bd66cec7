
// The map: folders and files as rectangles, by their lines.

// ---- Folders ----------------------------------------------------------------------------------------------------------------

/** The folders of all files. A folder's path ends with `/`, the root's is empty. */
function folders() {
  const root = folder("", "all files", undefined);
  for (const file of files) {
    const names = file.path.split("/");
    const name = names.pop();
    let at = root;
    for (const part of names) {
      let next = at.folders.get(part);
      if (next === undefined) {
        next = folder(`${at.path}${part}/`, part, at);
        at.folders.set(part, next);
      }
      at = next;
    }
    at.children.push({ path: file.path, name, file, parent: at, children: [], lines: file.lines, complexity: file.complexity, findings: file.findings.length });
  }
  return summed(root);
}

function folder(path, name, parent) {
  return { path, name, parent, folders: new Map(), children: [], lines: 0, complexity: 0, findings: 0 };
}

/** A folder with the sums of what is in it. One that holds nothing but a folder becomes one with it. */
function summed(node) {
  const inner = [...node.folders.values()].map(summed);
  if (inner.length === 1 && node.children.length === 0) {
    const only = inner[0];
    const name = node.parent === undefined ? only.name : `${node.name}/${only.name}`;
    return Object.assign(only, { name, parent: node.parent });
  }
  node.children.push(...inner);
  for (const child of node.children) {
    child.parent = node;
    node.lines += child.lines;
    node.findings += child.findings;
    node.complexity = Math.max(node.complexity, child.complexity);
  }
  node.children.sort((left, right) => right.lines - left.lines || (left.path < right.path ? -1 : 1));
  return node;
}

/** Every node by its path. */
function nodesByPath(root) {
  const nodes = new Map();
  const visit = (node) => {
    nodes.set(node.path, node);
    node.children.forEach(visit);
  };
  visit(root);
  return nodes;
}

// ---- Layout -----------------------------------------------------------------------------------------------------------------

/**
 * Rectangles as square as possible (Bruls, Huizing and van Wijk, "Squarified Treemaps"): nodes, the largest first, fill rows
 * along the shorter side of what is left, and a row ends where one more node would make its worst rectangle longer.
 */
function squarify(nodes, area) {
  const placed = [];
  const sum = nodes.reduce((all, node) => all + node.lines, 0);
  const scale = sum === 0 ? 0 : (area.width * area.height) / sum;
  let { left, top, width, height } = area;
  let rest = nodes.filter((node) => node.lines > 0);
  while (rest.length > 0 && width > 0 && height > 0) {
    const side = Math.min(width, height);
    const row = rowOf(rest, side, scale);
    const breadth = (row.reduce((all, node) => all + node.lines, 0) * scale) / side;
    let along = 0;
    for (const node of row) {
      const length = (node.lines * scale) / breadth;
      placed.push(width >= height
        ? { node, left, top: top + along, width: breadth, height: length }
        : { node, left: left + along, top, width: length, height: breadth });
      along += length;
    }
    if (width >= height) {
      left += breadth;
      width -= breadth;
    } else {
      top += breadth;
      height -= breadth;
    }
    rest = rest.slice(row.length);
  }
  return placed;
}

/** The first nodes, as many as make the best row. */
function rowOf(nodes, side, scale) {
  let sum = 0;
  let best = Infinity;
  let count = 0;
  for (const node of nodes) {
    sum += node.lines * scale;
    const worst = Math.max(ratio(nodes[0], sum, side, scale), ratio(node, sum, side, scale));
    if (worst > best) {
      break;
    }
    best = worst;
    count += 1;
  }
  return nodes.slice(0, count);
}

/** How much longer than wide a node's rectangle is in a row of an area. */
function ratio(node, sum, side, scale) {
  const breadth = sum / side;
  const length = (node.lines * scale) / breadth;
  return Math.max(breadth / length, length / breadth);
}

// ---- Colours ----------------------------------------------------------------------------------------------------------------

const COLOURINGS = {
  complexity: {
    name: "Complexity",
    bounds: [5, 10, 15, 25],
    of: (node) => node.complexity,
    legend: ["0\u20135", "6\u201310", "11\u201315", "16\u201325", "over 25"],
    title: "Highest cognitive complexity of a function:",
  },
  findings: {
    name: "Findings",
    bounds: [0, 2, 5, 10],
    of: (node) => rate(node.findings, node.lines),
    legend: ["none", "up to 2", "up to 5", "up to 10", "over 10"],
    title: "Findings per 1,000 lines:",
  },
  nothing: { name: "Nothing", bounds: [], of: () => 0, legend: [], title: "" },
};

function stepOf(node) {
  const { bounds, of } = COLOURINGS[map.colouring];
  const value = of(node);
  const step = bounds.findIndex((bound) => value <= bound);
  return step === -1 ? bounds.length : step;
}

function drawLegend() {
  const { legend, title } = COLOURINGS[map.colouring];
  const steps = legend.map((words, step) => make("li", {}, make("i", { class: `step-${step}`, "aria-hidden": "true" }), words));
  byId("legend").replaceChildren(...(title === "" ? [] : [make("li", {}, title)]), ...steps);
}

// ---- Drawing ----------------------------------------------------------------------------------------------------------------

/** Smaller than this a folder shows nothing of what is in it, and a file isn't drawn. */
const SMALLEST_FOLDER = { width: 44, height: 38 };
const SMALLEST_SIDE = 2;
const NAME_HEIGHT = 18;
/** So wide a node says the beginning of a longer name. */
const LONG_NAME = 64;
const GAP = 2;

const map = {
  node: byId("map"),
  root: undefined,
  nodes: undefined,
  /** The folder that fills the map. */
  shown: undefined,
  colouring: "complexity",
  /** Elements and nodes of each other. */
  elements: new Map(),
  drawn: new WeakMap(),
};

function drawMap() {
  map.elements.clear();
  map.node.replaceChildren();
  const area = { left: 0, top: 0, width: map.node.clientWidth, height: map.node.clientHeight };
  drawChildren(map.shown, area, map.node, 1);
  const chosen = map.elements.get(map.nodes.get(scope));
  chosen?.classList.add("is-chosen");
  makeReachable(chosen ?? map.node.firstElementChild);
  drawPlace();
  drawLegend();
}

function drawChildren(node, area, parent, level) {
  for (const rect of squarify(node.children, area)) {
    if (rect.width >= SMALLEST_SIDE && rect.height >= SMALLEST_SIDE) {
      parent.append(drawNode(rect, level));
    }
  }
}

function drawNode({ node, left, top, width, height }, level) {
  const isOpen = node.file === undefined && width >= SMALLEST_FOLDER.width && height >= SMALLEST_FOLDER.height;
  const kinds = [node.file === undefined ? "folder" : "file", isOpen ? "" : `block step-${stepOf(node)}`];
  const element = make("div", { role: "treeitem", class: kinds.join(" "), tabindex: "-1", "aria-level": level, "aria-label": said(node) });
  Object.assign(element.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
  map.elements.set(node, element);
  map.drawn.set(element, node);
  if (isOpen || (height >= NAME_HEIGHT && width >= Math.min(LONG_NAME, 8 * node.name.length))) {
    element.append(make("span", { class: "name" }, make("bdi", {}, node.name)));
  }
  if (isOpen) {
    const inside = { left: GAP, top: NAME_HEIGHT, width: width - 2 * GAP, height: height - NAME_HEIGHT - GAP };
    const group = make("div", { role: "group" });
    element.setAttribute("aria-expanded", "true");
    drawChildren(node, inside, group, level + 1);
    element.append(group);
  }
  return element;
}

/** What a screen reader says of a node, and the line below the map shows. */
function said(node) {
  return `${node.path || node.name}, ${facts(node)}`;
}

function facts(node) {
  return `${counted(node.lines, "line")}, highest complexity ${node.complexity}, ${counted(node.findings, "finding")}`;
}

function point(node) {
  const line = byId("pointed");
  if (node === undefined) {
    line.replaceChildren();
  } else {
    line.replaceChildren(make("bdi", {}, make("b", {}, node.path)), `  ${facts(node)}`);
  }
}

function drawPlace() {
  const way = [];
  for (let at = map.nodes.get(scope) ?? map.root; at !== undefined; at = at.parent) {
    way.unshift(at);
  }
  const items = way.map((node, at) => {
    const name = make("bdi", {}, node === map.root ? rootName() : node.name);
    const isLast = at === way.length - 1;
    const words = isLast
      ? make("span", { "aria-current": "location" }, name)
      : make("button", { class: "link", type: "button", onclick: () => setScope(node.path) }, name);
    return make("li", {}, words);
  });
  byId("place").replaceChildren(make("ol", {}, items));
}

function rootName() {
  return map.root.path === "" ? "All files" : map.root.path.slice(0, -1);
}

// ---- Keys and pointer -------------------------------------------------------------------------------------------------------

/** Of all that is drawn one is in the order of tabs; arrow keys lead to the others. */
function makeReachable(element) {
  map.node.querySelector('[tabindex="0"]')?.setAttribute("tabindex", "-1");
  element?.setAttribute("tabindex", "0");
}

function focusNode(node) {
  const element = map.elements.get(node);
  if (element !== undefined) {
    makeReachable(element);
    element.focus();
  }
}

/** The neighbour that is drawn, in the order of size. */
function beside(node, step) {
  const drawn = node.parent.children.filter((child) => map.elements.has(child));
  return drawn[drawn.indexOf(node) + step];
}

function firstDrawn(node) {
  return node.children.find((child) => map.elements.has(child));
}

const MOVES = {
  ArrowDown: (node) => beside(node, 1),
  ArrowUp: (node) => beside(node, -1),
  ArrowRight: (node) => firstDrawn(node) ?? beside(node, 1),
  ArrowLeft: (node) => (node.parent === map.shown ? beside(node, -1) : node.parent),
  Home: () => firstDrawn(map.shown),
  End: () => map.shown.children.findLast((child) => map.elements.has(child)),
};

function onMapKey(event) {
  const node = map.drawn.get(document.activeElement);
  if (node === undefined || event.altKey || event.ctrlKey || event.metaKey) {
    return;
  }
  if (event.key in MOVES) {
    focusNode(MOVES[event.key](node));
  } else if (event.key === "Enter" || event.key === " ") {
    open(node);
    focusNode(node.file === undefined ? firstDrawn(node) : node);
  } else if (event.key === "Escape" || event.key === "Backspace") {
    goBack(node);
  } else {
    return;
  }
  event.preventDefault();
}

/** Takes a chosen file back, or shows the folder around. */
function goBack(node) {
  if (scope !== map.shown.path) {
    setScope(map.shown.path);
    focusNode(node);
  } else if (map.shown.parent !== undefined) {
    const left = map.shown;
    setScope(left.parent.path);
    focusNode(left);
  }
}

/** A folder fills the map; a file is chosen, and once more it isn't. */
function open(node) {
  setScope(node.path === scope ? map.shown.path : node.path);
}

function startMap() {
  map.root = folders();
  map.nodes = nodesByPath(map.root);
  map.shown = map.root;
  choices(byId("colouring"), Object.entries(COLOURINGS).map(([value, { name }]) => [value, name]), map.colouring, (value) => {
    map.colouring = value;
    drawMap();
  });
  const nodeAt = (event) => map.drawn.get(event.target.closest('[role="treeitem"]'));
  map.node.addEventListener("click", (event) => {
    const node = nodeAt(event);
    if (node !== undefined) {
      open(node);
    }
  });
  map.node.addEventListener("keydown", onMapKey);
  map.node.addEventListener("pointerover", (event) => point(nodeAt(event)));
  map.node.addEventListener("pointerleave", () => point(undefined));
  map.node.addEventListener("focusin", (event) => point(nodeAt(event)));
  window.addEventListener("resize", rested(redrawWhereWider));
  window.addEventListener("beforeprint", () => drawAt("680px"));
  window.addEventListener("afterprint", () => drawAt(""));
}

let drawnWidth = 0;

/** Phones change the height of the window while one scrolls. */
function redrawWhereWider() {
  if (map.node.clientWidth !== drawnWidth) {
    drawnWidth = map.node.clientWidth;
    drawMap();
  }
}

/** Paper is narrower than a screen. */
function drawAt(width) {
  map.node.style.width = width;
  drawMap();
}
