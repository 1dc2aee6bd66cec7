"""A user who has only the binary and follows the readme, without folders, variables or options of the tests."""

import re
import shutil
import subprocess
import tarfile

from place import REPOSITORY, Place

RELEASE = REPOSITORY / ".github/workflows/release.yml"
# Two findings in the only function. No unusual font is required.
FUNCTION = """\
pub struct Order {
    pub lines: Vec<u32>,
    pub to: Option<String>,
    pub is_paid: bool,
}

/// Tells the customer, and says how much it is.
pub fn send(order: &Order) -> usize {
    let to = match &order.to {
        Some(to) => to,
        None => return 0,
    };
    if order.is_paid {
        if !order.lines.is_empty() {
            println!("{to}: on its way");
        }
    }
    order.lines.len()
}
"""
# Parts of the findings and of the fix, and the line after the fix.
LET_ELSE = "unwraps a value or diverges"
MERGE = "combine their conditions"
ANSWER = "Merge nested `if`"
MERGED = "if order.is_paid && !order.lines.is_empty() {"


class Newcomer(Place):
    def __init__(self):
        super().__init__()
        self.home = self.work / "user"

    def make_crate(self):
        cargo = shutil.which("cargo")
        assert cargo, "a new crate is made by `cargo new`, and there is no cargo"
        subprocess.run([cargo, "new", "--quiet", "--lib", self.crate], capture_output=True, check=True)
        self.file = self.crate / "src/lib.rs"
        self.file.write_text(FUNCTION)

    def environment(self):
        given = super().environment()
        return {name: given[name] for name in ("PATH", "LANG", "HOME", "TMPDIR") if name in given} | {"COLORTERM": "truecolor"}

    def write(self, path, text):
        """Writes a file of the user's configuration."""
        path = self.home / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def run(self, lines):
        """Runs shell commands in the folder with the downloads."""
        folder = self.home / "Downloads"
        folder.mkdir(exist_ok=True)
        subprocess.run(["sh", "-euc", lines], cwd=folder, env=self.environment(), check=True)

    def download_plugin(self):
        """The archive with Neovim's plugin, as released."""
        name = "rustassistant-neovim.tar.gz"
        prefix = re.search(rf"--prefix=(\S+)/ -o assets/{name} HEAD:editors/neovim", RELEASE.read_text())
        assert prefix, f"the release makes no {name}"
        folder = self.home / "Downloads"
        folder.mkdir(exist_ok=True)
        with tarfile.open(folder / name, "w:gz") as archive:
            archive.add(REPOSITORY / "editors/neovim", arcname=prefix[1])

    def check(self):
        """Checks that the refactoring is in the file."""
        assert MERGED in self.file.read_text(), self.file.read_text()
