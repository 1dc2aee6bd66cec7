
// Code, edits and documentation, as they stand below a finding.

// ---- Code -------------------------------------------------------------------------------------------------------------------

function codeRow(number, words, kind = "") {
  return make("div", { class: `row ${kind}` }, make("span", { class: "at" }, String(number)), make("code", { class: "words" }, words));
}

/** Lines in a frame; what lies between two stretches is a gap. */
function frame(file, stretches, marks, indent = 0) {
  const rows = [];
  for (const [first, last] of stretches) {
    if (rows.length > 0) {
      rows.push(codeRow("\u22ef", "", "gap"));
    }
    for (let number = first; number <= last; number += 1) {
      const text = lineOf(file, number);
      if (text === undefined) {
        rows.push(codeRow("\u22ef", `${counted(last - number + 1, "more line")}`, "gap"));
        break;
      }
      rows.push(codeRow(number, marked(text.slice(indent), marks.filter(([line]) => line === number))));
    }
  }
  return make("div", { class: "code", tabindex: "0", role: "group", "aria-label": `Code of ${file.path}` }, make("div", { class: "rows" }, rows));
}

/** A line with what is marked in it, and behind it what is said of that. */
function marked(text, marks) {
  const parts = [];
  const said = [];
  let done = 0;
  for (const [, from, to, words] of [...marks].sort((left, right) => left[1] - right[1])) {
    if (from >= done && to > from && from < text.length) {
      parts.push(text.slice(done, from), make("mark", {}, text.slice(from, to)));
      done = Math.min(to, text.length);
    }
    if (words !== "") {
      said.push(words);
    }
  }
  parts.push(text.slice(done));
  if (said.length > 0) {
    parts.push(make("span", { class: "said" }, prose(said.join(", "))));
  }
  return parts;
}

/** Lines of two texts: what both have, what goes and what comes. */
function difference(before, after) {
  const common = before.map(() => new Array(after.length + 1).fill(0));
  common.push(new Array(after.length + 1).fill(0));
  for (let old = before.length - 1; old >= 0; old -= 1) {
    for (let next = after.length - 1; next >= 0; next -= 1) {
      common[old][next] = before[old] === after[next]
        ? common[old + 1][next + 1] + 1
        : Math.max(common[old + 1][next], common[old][next + 1]);
    }
  }
  const lines = [];
  let old = 0;
  let next = 0;
  while (old < before.length || next < after.length) {
    if (old < before.length && next < after.length && before[old] === after[next]) {
      lines.push([" ", before[old]]);
      old += 1;
      next += 1;
    } else if (next >= after.length || (old < before.length && common[old + 1][next] >= common[old][next + 1])) {
      lines.push(["-", before[old]]);
      old += 1;
    } else {
      lines.push(["+", after[next]]);
      next += 1;
    }
  }
  return lines;
}

const KINDS = { "+": "added", "-": "removed", " ": "" };

/** Lines that are shown before and behind an edit. */
const CONTEXT = 2;

function linesOf(file, first, last) {
  const lines = [];
  for (let number = first; number <= last; number += 1) {
    const text = lineOf(file, number);
    if (text !== undefined) {
      lines.push(text);
    }
  }
  return lines;
}

function editOf({ file, edit }) {
  const [first, last] = edit.lines;
  const same = (lines) => lines.map((text) => [" ", text]);
  const lines = [
    ...same(linesOf(file, first - CONTEXT, first - 1)),
    ...difference(linesOf(file, first, last), edit.text),
    ...same(linesOf(file, last + 1, last + CONTEXT)),
  ];
  const rows = lines.map(([sign, text]) => codeRow(sign, text, KINDS[sign]));
  return make("div", {},
    make("h3", {}, prose(`Edit: ${edit.title}`)),
    make("div", { class: "code", tabindex: "0", role: "group", "aria-label": "What the edit changes" }, make("div", { class: "rows" }, rows)));
}

/** White space before every line. */
function indentOf(file, first, last) {
  let indent = Infinity;
  for (let number = first; number <= last; number += 1) {
    const start = lineOf(file, number)?.search(/\S/) ?? -1;
    indent = start === -1 ? indent : Math.min(indent, start);
  }
  return indent === Infinity ? 0 : indent;
}

/** The places that are the same, side by side. */
function sides({ places }) {
  const figures = places.map(([number, first, last]) => {
    const file = data.files[number];
    return make("figure", {},
      make("figcaption", {}, place(file.path, `${first}\u2013${last}`)),
      frame(file, [[first, last]], [], indentOf(file, first, last)));
  });
  return make("div", { class: "sides" }, figures);
}

// ---- Documentation ----------------------------------------------------------------------------------------------------------

/** Markdown, as far as our documentation uses it: headings, paragraphs, lists, emphasis and fences of code. */
function markdown(text) {
  const blocks = [];
  let paragraph = [];
  let code;
  const endParagraph = () => {
    if (paragraph.length > 0) {
      addParagraph(blocks, paragraph.join(" "));
      paragraph = [];
    }
  };
  for (const line of text.split("\n")) {
    if (line.startsWith("```")) {
      endParagraph();
      if (code === undefined) {
        code = [];
        blocks.push(...caption(line));
      } else {
        blocks.push(make("pre", { tabindex: "0" }, make("code", {}, code.join("\n"))));
        code = undefined;
      }
    } else if (code !== undefined) {
      code.push(line);
    } else if (line.startsWith("#")) {
      endParagraph();
      blocks.push(make("h3", {}, prose(line.replace(/^#+ */, ""))));
    } else if (line.trim() === "") {
      endParagraph();
    } else {
      if (line.startsWith("- ")) {
        endParagraph();
      }
      paragraph.push(line);
    }
  }
  endParagraph();
  return blocks;
}

function addParagraph(blocks, words) {
  if (!words.startsWith("- ")) {
    blocks.push(make("p", {}, emphasised(words)));
    return;
  }
  if (blocks.at(-1)?.localName !== "ul") {
    blocks.push(make("ul", {}));
  }
  blocks.at(-1).append(make("li", {}, emphasised(words.slice(2))));
}

/** What the fence of an example says of it. */
function caption(fence) {
  const word = { before: "Before", after: "After" }[fence.split(" ")[1]];
  return word === undefined ? [] : [make("p", { class: "quiet" }, word)];
}

/** Words in which asterisks enclose what is stressed, outside of code. */
function emphasised(words) {
  return prose(words).flatMap((part) => {
    if (typeof part !== "string") {
      return [part];
    }
    const pieces = part.split("*");
    const isPaired = pieces.length % 2 === 1;
    return isPaired ? pieces.map((piece, at) => (at % 2 === 1 ? make("em", {}, piece) : piece)) : [part];
  });
}

function documentation(smell) {
  const body = make("div", { class: "prose" });
  const fill = (event) => {
    if (event.target.open && body.childElementCount === 0) {
      body.append(...markdown(smell.documentation).slice(1));
    }
  };
  return make("details", { ontoggle: fill }, make("summary", {}, `About ${smell.id}`), body);
}

function detailOf(finding) {
  const parts = [codeOf(finding)];
  if (finding.also !== undefined) {
    parts.push(make("p", {}, prose(finding.also)));
  }
  if (finding.help !== undefined) {
    const help = finding.help.map((words) => make("li", {}, prose(words)));
    parts.push(make("div", {}, make("h3", {}, "Refactorings"), make("ul", {}, help)));
  }
  if (finding.edit !== undefined) {
    parts.push(editOf(finding));
  }
  parts.push(documentation(data.smells[finding.smell]));
  return make("div", { class: "finding" }, parts);
}

function codeOf(finding) {
  if (finding.around === undefined) {
    return make("p", { class: "quiet" }, "Its code is left out to keep the page small.");
  }
  return standsAgain(finding) ? sides(finding) : frame(finding.file, finding.around, finding.marks);
}
