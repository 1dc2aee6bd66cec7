"""The configuration in the readmes and Neovim's help. The tests use these lines, so that they can't get outdated."""

import re
import textwrap

from place import REPOSITORY

FRONT = REPOSITORY / "README.md"
README = REPOSITORY / "editors/README.md"
HELP = REPOSITORY / "editors/neovim/doc/rustassistant.txt"
FENCED = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# In a help file, a block starts after `>lua` at the end of a line and ends before the first unindented line.
IN_HELP = re.compile(r">lua\n(.*?)^(?=[^\s])", re.MULTILINE | re.DOTALL)


def in_front(editor):
    """The block for an editor in the main readme, where blocks are indented."""
    _, _, section = FRONT.read_text(encoding="utf-8").partition("\n## In the editor\n")
    _, found, rest = section.split("\n## ", 1)[0].partition(f"**{editor}**")
    block = re.search(r"\n\n((?: {4}.*\n)+)", rest.split("\n**", 1)[0])
    assert found and block, f"{FRONT} has no lines for {editor}"
    return textwrap.dedent(block[1])


def in_readme(section, language, number=0):
    """The numbered block of a language in an editor's section."""
    _, _, rest = README.read_text(encoding="utf-8").partition(f"\n## {section}\n")
    text = rest.split("\n## ", 1)[0]
    found = [block for its, block in FENCED.findall(text) if its == language]
    assert number < len(found), f"{README} has {len(found)} blocks of {language} under {section}"
    assert found[number].count("\n") <= 3, f"a new user writes three lines, not these:\n{found[number]}"
    return found[number]


def in_help(tag, number=0):
    """The numbered block after a tag in Neovim's help."""
    _, found, rest = HELP.read_text(encoding="utf-8").partition(f"*{tag}*\n")
    assert found, f"{HELP} has no *{tag}*"
    blocks = IN_HELP.findall(rest.split("\n====", 1)[0])
    assert number < len(blocks), f"{HELP} has {len(blocks)} blocks under {tag}"
    return textwrap.dedent(blocks[number].expandtabs(8))

