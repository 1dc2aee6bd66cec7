"""Renders a terminal's screen for the readme."""

import re
import shutil
import unicodedata
from collections import Counter
from html import escape

from place import REPOSITORY

DRAWN = REPOSITORY / "target/editors/pictures"
KEPT = REPOSITORY / "editors/images"

CELL_WIDTH, LINE_HEIGHT, BASELINE, MARGIN = 8.4, 18, 14, 10
FOREGROUND, BACKGROUND = "#d8dee9", "#1e222a"
SIXTEEN = (
    "#434c5e #bf616a #a3be8c #ebcb8b #81a1c1 #b48ead #88c0d0 #e5e9f0 "
    "#7b88a1 #d0707a #b1cc9b #f0d8a0 #93b3d3 #c6a0bf #9ad2e0 #ffffff"
).split()
SEQUENCE = re.compile(r"\x1b\[([\d;:]*)m|\x1b[^m]*?\x0f|\x0e|\x0f")


def draw(name, screen):
    """Writes a screen with its colours as a picture below target/."""
    lines = list(lines_of(screen))
    columns = max(end(line) for line in lines)
    width, height = columns * CELL_WIDTH + 2 * MARGIN, len(lines) * LINE_HEIGHT + 2 * MARGIN
    page = page_of(lines)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" width="{width:.0f}" height="{height}"'
        ' font-family="ui-monospace, Menlo, Consolas, \'DejaVu Sans Mono\', monospace" font-size="14">',
        f'<rect width="100%" height="100%" rx="6" fill="{page}"/>',
    ]
    for number, line in enumerate(lines):
        for column, text, style in line:
            parts += run(column, number, text, style, page)
    DRAWN.mkdir(parents=True, exist_ok=True)
    (DRAWN / f"{name}.svg").write_text("\n".join([*parts, "</svg>", ""]), encoding="utf-8")


def keep():
    """Copies the pictures to the repository."""
    KEPT.mkdir(exist_ok=True)
    for path in sorted(DRAWN.glob("*.svg")):
        shutil.copy(path, KEPT / path.name)
        print(f"drew {KEPT / path.name}")


def page_of(lines):
    """The background colour of most of the program's text, or the terminal's if it sets none."""
    area = Counter()
    for line in lines:
        for _, text, style in line:
            if not style.get("reverse"):
                area[style.get("back", BACKGROUND)] += width_of(text)
    return area.most_common(1)[0][0] if area else BACKGROUND


def lines_of(screen):
    """The lines split into pieces of the same style, with their start columns. A style continues on the next line."""
    style = {}
    for line in screen.removesuffix("\n").split("\n"):
        pieces, column, place = [], 0, 0
        for found in [*SEQUENCE.finditer(line), None]:
            text = line[place : found.start() if found else None]
            if text:
                pieces.append((column, text, style))
                column += width_of(text)
            if found:
                place = found.end()
                if found[1] is not None:
                    style = changed(style, found[1])
        yield pieces


def end(line):
    return max((column + width_of(text) for column, text, _ in line), default=0)


def width_of(text):
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)


def changed(style, codes):
    """The style after a sequence of codes such as `1;38;5;12`."""
    style = dict(style)
    codes = iter([int(code.split(":")[0] or 0) for code in codes.split(";")] if codes else [0])
    for code in codes:
        if code == 0:
            style = {}
        elif code in (1, 3, 4, 7):
            style[{1: "bold", 3: "italic", 4: "line", 7: "reverse"}[code]] = True
        elif code in (22, 23, 24, 27):
            style.pop({22: "bold", 23: "italic", 24: "line", 27: "reverse"}[code], None)
        elif code in (38, 48, 58):
            style[{38: "front", 48: "back", 58: "under"}[code]] = extended(codes)
        elif code in (39, 49, 59):
            style.pop({39: "front", 49: "back", 59: "under"}[code], None)
        elif 30 <= code <= 37 or 90 <= code <= 97:
            style["front"] = SIXTEEN[code - 30 if code < 90 else code - 82]
        elif 40 <= code <= 47 or 100 <= code <= 107:
            style["back"] = SIXTEEN[code - 40 if code < 100 else code - 92]
    return style


def extended(codes):
    """A colour from the palette of 256, or an RGB colour."""
    if next(codes) == 2:
        return "#{:02x}{:02x}{:02x}".format(next(codes), next(codes), next(codes))
    number = next(codes)
    if number < 16:
        return SIXTEEN[number]
    if number >= 232:
        return "#{0:02x}{0:02x}{0:02x}".format(8 + 10 * (number - 232))
    steps = (0, 95, 135, 175, 215, 255)
    number -= 16
    return "#{:02x}{:02x}{:02x}".format(steps[number // 36], steps[number // 6 % 6], steps[number % 6])


def run(column, line, text, style, page):
    front, back = style.get("front", FOREGROUND), style.get("back")
    if style.get("reverse"):
        front, back = back or page, front
    x, y, width = MARGIN + column * CELL_WIDTH, MARGIN + line * LINE_HEIGHT, width_of(text) * CELL_WIDTH
    if back not in (None, page):
        yield f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{LINE_HEIGHT}" fill="{back}" shape-rendering="crispEdges"/>'
    if not text.strip():
        return
    looks = ' font-weight="bold"' if style.get("bold") else ""
    looks += ' font-style="italic"' if style.get("italic") else ""
    looks += ' text-decoration="underline"' if style.get("line") else ""
    # The length is specified, so that columns are aligned in any font.
    yield (
        f'<text x="{x:.1f}" y="{y + BASELINE}" fill="{front}" textLength="{width:.1f}" lengthAdjust="spacingAndGlyphs"'
        f'{looks} xml:space="preserve">{escape(text)}</text>'
    )
