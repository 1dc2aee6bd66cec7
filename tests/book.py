"""Holds the guide: its links, its summary, its commands, and what it gives to editors."""

import html
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FENCE = re.compile(r"^( *)```.*?^\1```$", re.M | re.S)
COMMAND = re.compile(r"(?:^|[ `])rustassistant((?: +(?:\.\.\.|[^\s|`<>]+))*)")


def main(arguments):
    if arguments[0] == "--html":
        return holds_html(Path(arguments[1]) / "book")
    program, book = arguments[0], Path(arguments[1])
    written = [ROOT / path for path in tracked("*.md") if not path.startswith(("tests/", "server/book/"))]
    pages = sorted((book / "src").rglob("*.md"))
    faults = [fault for page in written + pages for fault in dead_links(page)]
    faults += outside_of_summary(book / "src", pages)
    guide = [path for path in sorted((ROOT / "server/book/src").glob("*.md"))]
    faults += unknown_commands(program, guide + [ROOT / "README.md"])
    faults += untested_blocks(ROOT / "server/book/src/editors.md", [ROOT / "README.md", ROOT / "editors/README.md", ROOT / "editors/vscode/README.md"])
    if faults:
        sys.exit("\n".join(faults))
    print(f"{len(pages)} pages, {len(written)} other files of Markdown")


def tracked(pattern):
    done = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", pattern], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.splitlines()


def prose(text):
    """Without code, in which nothing is a link."""
    return re.sub(r"`[^`\n]*`", "``", FENCE.sub("", text))


def anchors(text):
    """What headings are called by, as GitHub and mdbook agree on it."""
    found = set()
    for heading in re.findall(r"^#+ (.*)$", FENCE.sub("", text), re.M):
        words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading)
        name = re.sub(r"[^\w\- ]", "", words.strip().lower()).replace(" ", "-")
        number = next(number for number in range(100) if (f"{name}-{number}" if number else name) not in found)
        found.add(f"{name}-{number}" if number else name)
    return found


def dead_links(page):
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(text)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        other = page.parent / path if path else page
        if not other.exists():
            yield f"{page}: {target} isn't there"
        elif anchor and anchor not in anchors(other.read_text(encoding="utf-8")):
            yield f"{page}: nothing is called #{anchor} in {other}"


def outside_of_summary(source, pages):
    summary = (source / "SUMMARY.md").read_text(encoding="utf-8")
    listed = re.findall(r"\]\(([^)]+)\)", summary)
    there = {str(page.relative_to(source)) for page in pages} - {"SUMMARY.md"}
    yield from (f"SUMMARY.md lacks {page}" for page in sorted(there - set(listed)))
    yield from (f"SUMMARY.md names {page} twice" for page in sorted({page for page in listed if listed.count(page) > 1}))
    for page in pages:
        if re.search(r"^<!-- (smells|refactorings) -->", page.read_text(encoding="utf-8"), re.M):
            yield f"{page}: nothing was put in the place of its marker"


def unknown_commands(program, pages):
    """Words behind the program's name that are no command of it, and options that the command doesn't have."""
    helps = {}

    def help_of(words):
        if words not in helps:
            done = subprocess.run([program, *words, "--help"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            helps[words] = done.stdout if done.returncode == 0 else ""
        return helps[words]

    def is_command(words, word):
        listed = help_of(words).partition("Commands:")[2].partition("\n\n")[0]
        return re.search(rf"^  {re.escape(word)}\s", listed, re.M)

    tried = 0
    for page in pages:
        for said in COMMAND.findall(page.read_text(encoding="utf-8")):
            words, rest = (), said.split()
            while rest and re.fullmatch(r"[a-z-]+", rest[0]) and is_command(words, rest[0]):
                words += (rest.pop(0),)
            if not words:
                continue
            tried += 1
            if rest and re.fullmatch(r"[a-z][a-z-]+", rest[0]) and "Commands:" in help_of(words) and words != ("cache", "serve"):
                yield f"{page}: {' '.join(words)} has no {rest[0]}"
            for option in rest:
                option = option.rstrip(".,;").partition("=")[0]
                if re.fullmatch(r"--?[a-z-]+", option) and not re.search(rf"(^|\s){option}\b", help_of(words)):
                    yield f"{page}: {' '.join(words)} has no {option}"
    assert tried > 30, f"{tried} commands were found only"


def untested_blocks(page, others):
    tested = "".join(re.sub(r"\s+", " ", other.read_text(encoding="utf-8")) for other in others)
    text = page.read_text(encoding="utf-8")
    fenced = [body for _, body in re.findall(r"^```(\w+)\n(.*?)^```$", text, re.M | re.S)]
    indented = re.findall(r"(?:^    .*\n)+", FENCE.sub("", text), re.M)
    assert len(fenced) + len(indented) >= 8, "the lines for editors weren't found"
    for block in fenced + indented:
        if re.sub(r"\s+", " ", block.strip()) not in tested:
            yield f"{page}: this is in no readme:\n{block}"


def holds_html(built):
    """What mdbook made: each page, and each link in it."""
    pages = {page: page.read_text(encoding="utf-8") for page in built.rglob("*.html")}
    for page, text in pages.items():
        for target in re.findall(r'<a [^>]*href="([^"]+)"', text):
            target = html.unescape(target)
            path, _, anchor = target.partition("#")
            if re.match(r"[a-z]+:", path) or page.name in ("404.html", "toc.html"):
                continue
            other = (page.parent / path).resolve() if path else page.resolve()
            assert other.exists(), f"{page}: {target} isn't there"
            if anchor:
                assert f'id="{anchor}"' in other.read_text(encoding="utf-8"), f"{page}: nothing is called {target}"
    assert len(pages) > 60, len(pages)
    print(f"{len(pages)} pages of HTML")


if __name__ == "__main__":
    main(sys.argv[1:])
