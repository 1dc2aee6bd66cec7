"""Runs the steps of the action like the service: expressions become values of variables, outputs are read from a file."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import yaml

ACTION, WORK, BINARY = (Path(argument) for argument in sys.argv[1:])
ROOT = ACTION.parents[2]
MANIFEST = yaml.safe_load((ACTION / "action.yml").read_text())
STEPS = MANIFEST["runs"]["steps"]
FINDING = """fn {name}(a: Option<u8>) -> u8 {{
    let b = match a {{
        Some(b) => b,
        None => return 0,
    }};
    b + 1
}}
"""
CALM = "fn {name}(a: u8) -> u8 {{\n    a + 1\n}}\n"
tried = 0


class Ended(Exception):
    """A step failed."""


class Run:
    """One use of the action: the outputs of its steps, and the log."""

    def __init__(self, folder, *, github=None, environment=None, **inputs):
        global tried
        tried += 1
        unknown = inputs.keys() - {name.replace("-", "_") for name in MANIFEST["inputs"]}
        assert not unknown, unknown
        defaults = {name: each["default"] for name, each in MANIFEST["inputs"].items()}
        given = {name.replace("_", "-"): str(value) for name, value in inputs.items()}
        self.inputs = defaults | given
        self.github = {"action_repository": "", "event": {}} | (github or {})
        self.folder, self.steps, self.log, self.status = folder, {}, "", 0
        self.temporary = WORK / f"runner temp {tried}"
        self.temporary.mkdir()
        self.environment = os.environ | {
            "GITHUB_ACTION_PATH": str(ACTION),
            "GITHUB_SERVER_URL": "https://localhost:1",
            "RUNNER_OS": "Linux",
            "RUNNER_ARCH": "X64",
            "RUNNER_TEMP": str(self.temporary),
            **(environment or {}),
        }
        try:
            for step in STEPS:
                self.carry_out(step)
        except Ended:
            pass
        outputs = MANIFEST["outputs"].items()
        self.outputs = {name: self.filled_in(each["value"]) for name, each in outputs}

    def carry_out(self, step):
        if "if" in step and not self.value(step["if"]):
            return
        if "uses" in step:
            # The service's cache is empty.
            self.steps[step["id"]] = {"with": {key: self.filled_in(text) for key, text in step["with"].items()}}
            return
        output = self.temporary / f"output {step['id']}"
        output.touch()
        environment = {name: self.filled_in(text) for name, text in step.get("env", {}).items()}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.folder,
            env=self.environment | {"GITHUB_OUTPUT": str(output)} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.log += done.stdout
        self.status = done.returncode
        lines = output.read_text().splitlines()
        self.steps[step["id"]] = dict(line.split("=", 1) for line in lines)
        if self.status:
            raise Ended

    def filled_in(self, text):
        return re.sub(r"\$\{\{ (.*?) \}\}", lambda found: str(self.value(found[1]) or ""), text)

    def value(self, expression):
        """The value of one of the few expressions used by the action."""
        if " && " in expression:
            return all([self.value(part) for part in expression.split(" && ")])
        if " || " in expression:
            return next((value for part in expression.split(" || ") if (value := self.value(part))), "")
        if comparison := re.fullmatch(r"(\S+) == '(.*)'", expression):
            return self.value(comparison[1]) == comparison[2]
        kind, *path = expression.split(".")
        found = {"inputs": self.inputs, "github": self.github, "steps": self.steps}[kind]
        for name in path:
            if name != "outputs":
                found = found.get(name, {})
        return found if isinstance(found, str) else ""

    def expect(self, status, *said):
        assert self.status == status, f"ended with {self.status}, not {status}:\n{self.log}"
        for words in said:
            assert words in self.log, f"{words!r} isn't said:\n{self.log}"
        return self

    def not_saying(self, words):
        assert words not in self.log, f"{words!r} is said:\n{self.log}"
        return self


def git(folder, *arguments):
    done = subprocess.run(["git", *arguments], cwd=folder, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    return done.stdout.strip()


def write(folder, path, *parts):
    path = folder / path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(parts))


def commit(folder):
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "a commit")
    return git(folder, "rev-parse", "HEAD")


def repository():
    """A branch off main that adds a finding next to an old one, and the merge of both created by the service."""
    origin = WORK / "origin"
    origin.mkdir()
    git(origin, "init", "-q", "-b", "main")
    write(origin, "Cargo.toml", '[package]\nname = "shop"\nedition = "2024"\n')
    write(origin, "src/lib.rs", FINDING.format(name="old"), CALM.format(name="still"))
    commit(origin)
    for number in range(30):
        write(origin, "README.md", str(number))
        commit(origin)
    git(origin, "checkout", "-q", "-b", "topic")
    write(origin, "src/new.rs", FINDING.format(name="new"))
    commit(origin)
    git(origin, "checkout", "-q", "main")
    parted = git(origin, "rev-parse", "main")
    for number in range(5):
        write(origin, "NEWS.md", str(number))
        commit(origin)
    git(origin, "checkout", "-q", "-b", "merged")
    git(origin, "merge", "-q", "--no-edit", "topic")
    git(origin, "checkout", "-q", "--detach")
    return origin, parted


def clone(origin, branch, name, depth=1):
    folder = WORK / name
    git(WORK, "clone", "-q", "--depth", str(depth), "--branch", branch, origin.as_uri(), str(folder))
    return folder


def holds_the_manifest():
    for step in STEPS:
        if "run" in step:
            script = re.fullmatch(r'bash "\$GITHUB_ACTION_PATH/(\w+)"', step["run"])
            assert script and (ACTION / script[1]).is_file(), step["run"]
            # A script uses exactly the variables that its step passes.
            taken = set(re.findall(r"\$\{?([A-Z][A-Z_]*)", (ACTION / script[1]).read_text()))
            ours = {name for name in taken if not name.startswith(("GITHUB_", "RUNNER_")) and name not in ("PWD", "FETCH_HEAD")}
            assert set(step.get("env", {})) == ours, (script[1], ours, step.get("env"))


def tries_scopes(origin, parted):
    base = git(origin, "rev-parse", "main")
    pull_request = {"event": {"pull_request": {"base": {"sha": base}}}}
    merged = clone(origin, "merged", "a merge, shallow")
    run = Run(merged, binary=BINARY, github=pull_request, fail_on="warn")
    run.expect(1, "file=src/new.rs,", "let-else").not_saying("src/lib.rs")
    assert run.outputs == {"findings": "true", "sarif": ""}, run.outputs
    Run(merged, binary=BINARY, github=pull_request).expect(0, "file=src/new.rs,")
    # The event's base is older than the merged one.
    older = {"event": {"pull_request": {"base": {"sha": parted}}}}
    Run(clone(origin, "merged", "older"), binary=BINARY, github=older, fail_on="warn").expect(1, "src/new.rs").not_saying("src/lib.rs")
    # On the branch itself, the merge base is thirty commits away from everything that was fetched.
    for since in [base, "main", "origin/main"]:
        topic = clone(origin, "topic", f"topic since {since}".replace("/", " "))
        Run(topic, binary=BINARY, since=since, fail_on="warn").expect(1, "src/new.rs").not_saying("src/lib.rs")
    Run(clone(origin, "topic", "relative"), binary=BINARY, since="HEAD~2", fail_on="warn").expect(1, "src/new.rs").not_saying("src/lib.rs")
    queue = {"event": {"merge_group": {"base_sha": base}}}
    Run(merged, binary=BINARY, github=queue, fail_on="warn").expect(1).not_saying("src/lib.rs")
    # No change has a finding; and without a base.
    Run(clone(origin, "main", "main"), binary=BINARY, since=parted, fail_on="warn").expect(0).not_saying("::warning")
    run = Run(merged, binary=BINARY, fail_on="warn").expect(1, "src/new.rs", "src/lib.rs")
    assert run.steps["base"] == {"revision": ""}, run.steps
    Run(merged, binary=BINARY, since="nowhere").expect(2, "::error", "fetch-depth: 0")
    for since in ["--output=hit", "main\n::error::forged", "$(touch hit)", "`touch hit`; touch hit"]:
        Run(merged, binary=BINARY, since=since).expect(2)
    Run(merged, binary=BINARY, fail_on="$(touch hit)").expect(2)
    assert not (merged / "hit").exists() and git(merged, "status", "--short") == ""
    return merged


def tries_names(origin):
    folder = clone(origin, "main", "it's a \"folder\" $(touch hit)")
    names = ["src/two words.rs", "src/it's \"so\" $(touch hit).rs", "-o hit.rs", "src/a,b::c%0A.rs"]
    for name in names:
        write(folder, name, FINDING.format(name="named"))
    for sarif in ["all findings.sarif", "-o", "it's \"so\" $(touch hit).sarif"]:
        run = Run(folder, binary=BINARY, fail_on="warn", since="HEAD", sarif=sarif).expect(1, "src/two words.rs")
        assert run.outputs == {"findings": "true", "sarif": sarif}, run.outputs
        results = json.loads((folder / sarif).read_text())["runs"][0]["results"]
        places = [result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in results]
        assert len(places) == len(names) and "src/lib.rs" not in places, places
        (folder / sarif).unlink()
    annotations = [line for line in run.log.splitlines() if line.startswith("::")]
    assert len(annotations) == len(names), run.log
    assert not [line for line in annotations if "a,b" in line], annotations
    Run(folder, binary=BINARY, sarif="a\nfindings=false").expect(2, "::error")
    assert not list(folder.glob("**/hit*")), list(folder.glob("**/hit*"))


def tries_programs(merged):
    named = merged / "bin dir" / "it's one"
    named.parent.mkdir()
    shutil.copy(BINARY, named)
    Run(merged, binary="bin dir/it's one").expect(0, "rustassistant ")
    Run(merged, binary="src/lib.rs").expect(2, "is not an executable file")
    shutil.rmtree(named.parent)
    releases = WORK / "server" / "own er" / "fork"
    assets = releases / "releases/download/v1.2.3"
    assets.mkdir(parents=True)
    archive = assets / "rustassistant-x86_64-unknown-linux-musl.tar.gz"
    with tarfile.open(archive, "w:gz", compresslevel=1) as packed:
        packed.add(BINARY.resolve(), "rustassistant-x86_64-unknown-linux-musl/rustassistant")
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    server = {"GITHUB_SERVER_URL": (WORK / "server").as_uri()}
    fork = {"action_repository": "own%20er/fork"}

    def of_release(version="1.2.3", github=fork, **more):
        return Run(merged, version=version, github=github, environment=server | more)

    of_release().expect(2, "SHA256SUMS can't be downloaded")
    (assets / "SHA256SUMS").write_text(f"{'0' * 64}  {archive.name}\n")
    of_release().expect(2, "doesn't match the release's checksum")
    (assets / "SHA256SUMS").write_text(f"{digest}  another.tar.gz\n")
    of_release().expect(2, "has no checksum")
    (assets / "SHA256SUMS").write_text(f"{'0' * 64}  another.tar.gz\n{digest}  {archive.name}\n")
    of_release().expect(0, "rustassistant ")
    of_release("v1.2.3").expect(0, "rustassistant ")
    of_release("1.2.4").expect(2, "can't be downloaded")
    of_release("1.2.3/../../..").expect(2, "is not a version")
    of_release(github={}).expect(2, "the repository of the action")
    of_release(RUNNER_ARCH="S390X").expect(2, "releases have no program")
    # Built from what came with the action; what cargo does is not tried here.
    stand_in = WORK / "stand-in"
    stand_in.mkdir()
    cargo = stand_in / "cargo"
    cargo.write_text('#!/usr/bin/env bash\n[ "$1 $2 $4 $5" = "install --path --locked --root" ] && [ -f "$3/server/main.rs" ] && mkdir -p "$6/bin" && ln -s "$BUILDS" "$6/bin/rustassistant"\n')
    cargo.chmod(0o755)
    run = Run(merged, environment={"PATH": f"{stand_in}:{os.environ['PATH']}", "BUILDS": str(BINARY)}).expect(0, "rustassistant ")
    kept = run.steps["built"]["with"]
    assert kept["path"] == run.steps["source"]["folder"] and re.fullmatch(r"rustassistant-Linux-X64-[0-9a-f]{40}", kept["key"]), kept
    assert str(run.temporary) in run.steps["program"]["program"], run.steps


holds_the_manifest()
origin, parted = repository()
merged = tries_scopes(origin, parted)
tries_names(origin)
tries_programs(merged)
print(f"the action: {tried} runs")
