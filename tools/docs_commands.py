#!/usr/bin/env python3
"""Runs every command of README.md and docs/ with the release binary.

A page's blocks fenced as `sh` run in order, in one shell and one empty folder, so that a variable set in one block holds
in the next. The words behind `sh` say what is special:

    ```sh                    has to end with 0
    ```sh background         goes on running (a server); the next block starts when port 8080 answers
    ```sh fails              has to end with something else than 0
    ```sh skip: reason       is not run, e.g. because it needs a container engine; the reason is printed

`vestibule` and `cargo run --release --` both mean the release binary; `./test` does nothing here. A page that needs mail
finds a mail server on port 2525 (tools/smtp_catcher.py, messages in $MAIL). Pages run one after the other.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from contract import BINARY, ROOT, Child, catcher
from report import Report

FENCE = re.compile(r"^```sh[ \t]*(?P<how>[^\n]*)\n(?P<code>.*?)^```[ \t]*$", re.M | re.S)
PATIENCE = 120
PRELUDE = """
set -euo pipefail
cargo() { if [ "${1-} ${2-}" = "run --release" ]; then shift 2; [ "${1-}" != "--" ] || shift; vestibule "$@"; else command cargo "$@"; fi; }
begins() { printf '\\n@@ %s\\n' "$1"; }
answers() { for _ in $(seq 300); do (exec 3<>/dev/tcp/127.0.0.1/8080) 2>/dev/null && return; sleep 0.1; done; return 1; }
"""


def script(blocks: list[tuple[int, str, str]]) -> str:
    """All blocks of a page as one script that says which one it is at."""
    parts = [PRELUDE]
    for line, how, code in blocks:
        parts.append(f"begins {line}\n")
        if how == "background":
            parts.append(f"( {code.strip()}\n) &\nanswers\n")
        elif how == "fails":
            parts.append(f"if (\n{code}); then echo 'this should have failed'; exit 1; fi\n")
        else:
            parts.append(code)
    return "".join([*parts, "begins end\n"])


def run_page(report: Report, page: Path) -> None:
    name = page.relative_to(ROOT)
    found = []
    for fence in FENCE.finditer(page.read_text()):
        line = page.read_text()[: fence.start()].count("\n") + 1
        how = fence["how"].strip()
        if how.startswith("skip:"):
            print(f"    {name}:{line} is not run: {how.removeprefix('skip:').strip()}")
        else:
            found.append((line, how, fence["code"]))
    if not found:
        return
    with tempfile.TemporaryDirectory(prefix="vestibule-docs-") as home:
        output, code = run_script(script(found), Path(home))
    reached = re.findall(r"^@@ (\w+)$", output, re.M)
    for line, _, _ in found:
        following = reached.index(str(line)) + 1 if str(line) in reached else len(reached)
        whole = following < len(reached)
        report.found(f"{name}:{line}", [] if whole else [f"ended with {code}", output[-1500:]])
        if not whole:
            break


def run_script(text: str, home: Path) -> tuple[str, int]:
    binaries = home / ".bin"
    binaries.mkdir()
    (binaries / "vestibule").symlink_to(BINARY)
    for folder in ("examples", "docker-compose.yml", "Dockerfile"):
        if (ROOT / folder).exists():
            (home / folder).symlink_to(ROOT / folder)
    environment = {**os.environ, "PATH": f"{binaries}:{os.environ['PATH']}", "HOME": str(home)}
    # A session of its own, so that everything a page started can be ended with it.
    shell = Child(["bash", "-c", text], cwd=home, env=environment, stdin=subprocess.DEVNULL,
                  stderr=subprocess.STDOUT, start_new_session=True)
    try:
        shell.wait_for(lambda lines: "@@ end" in lines, PATIENCE)
    finally:
        end_group(shell.process.pid)
        code = shell.process.wait()
    return "\n".join(shell.lines), code


def end_group(group: int) -> None:
    for number in (15, 9):
        try:
            os.killpg(group, number)
        except ProcessLookupError:
            return
        time.sleep(0.3)


def self_check(report: Report) -> None:
    text = "begins 1\nx=1\nbegins 2\ntest $x = 1\nfalse\nbegins end\n"
    with tempfile.TemporaryDirectory() as home:
        output, code = run_script(PRELUDE + text, Path(home))
    right = code == 1 and "@@ 2" in output and "@@ end" not in output
    report.found("a_failing_command_is_noticed", [] if right else [output, code])


def main() -> None:
    report = Report("docs")
    self_check(report)
    pages = [Path(name).resolve() for name in sys.argv[1:]]
    pages = pages or [page for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))] if page.exists()]
    for page in pages:
        with tempfile.TemporaryDirectory(prefix="vestibule-docs-mail-") as folder:
            os.environ["MAIL"] = folder
            with catcher(Path(folder), 2525):
                run_page(report, page)
    report.end()


if __name__ == "__main__":
    main()
