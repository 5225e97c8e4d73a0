#!/usr/bin/env python3
"""Runs every command of README.md and docs/ with the release binary, and compares the reference with the code.

    tools/docs_commands.py [PAGE…]     runs the pages (all of them without an argument)
    tools/docs_commands.py --write     writes the help texts of docs/reference/cli.md anew from the binary

VESTIBULE_BIN names another binary than the release one.

A page's blocks fenced as `sh` run in order, in one shell and one empty folder, so that a variable set in one block holds
in the next. The words behind `sh` say what is special:

    ```sh                    has to end with 0
    ```sh background         goes on running (a server); the next block starts when port 8080 answers
    ```sh background 3000    the same for another port
    ```sh fails              has to end with something else than 0
    ```sh skip: reason       is not run, e.g. because it needs a container engine; the reason is printed

A block of any language with `file: NAME` behind it is written to that file when its turn comes (```toml file: a.toml).

`vestibule` and `cargo run --release --` both mean the release binary; `./test` does nothing here. A page that needs mail
finds a mail server on port 2525 (tools/smtp_catcher.py, messages in $MAIL), one that needs PostgreSQL an empty database
in $DATABASE. Pages run one after the other.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from contract import BINARY, ROOT, Child, catcher, fresh_postgres
from report import Report

FENCE = re.compile(r"^```(?P<lang>\w+)[ \t]*(?P<how>[^\n]*)\n(?P<code>.*?)^```[ \t]*$", re.M | re.S)
PATIENCE = 120
PRELUDE = """
set -euo pipefail
cargo() { if [ "${1-} ${2-}" = "run --release" ]; then shift 2; [ "${1-}" != "--" ] || shift; vestibule "$@"; else command cargo "$@"; fi; }
begins() { printf '\\n@@ %s\\n' "$1"; }
answers() { for _ in $(seq 300); do (exec 3<>/dev/tcp/127.0.0.1/$1) 2>/dev/null && return; sleep 0.1; done; return 1; }
"""
# What a page finds in its folder of the checkout.
SHARED = ("examples", "deploy", "docker-compose.yml", "Dockerfile")


def script(blocks: list[tuple[int, str, str]]) -> str:
    """All blocks of a page as one script that says which one it is at."""
    parts = [PRELUDE]
    for line, how, code in blocks:
        parts.append(f"begins {line}\n")
        kind, _, what = how.partition(" ")
        if kind == "file:":
            parts.append(f"cat > '{what.strip()}' <<'END OF THE FILE'\n{code}END OF THE FILE\n")
        elif kind == "background":
            parts.append(f"( {code.strip()}\n) &\nanswers {what.strip() or 8080}\n")
        elif kind == "fails":
            parts.append(f"if (\n{code}); then echo 'this should have failed'; exit 1; fi\n")
        else:
            parts.append(code)
    return "".join([*parts, "begins end\n"])


def blocks(page: Path, name: object) -> list[tuple[int, str, str]]:
    """What of a page is run or written, with the line that each block begins at."""
    text, found = page.read_text(), []
    for fence in FENCE.finditer(text):
        line = text[: fence.start()].count("\n") + 1
        how = fence["how"].strip()
        if fence["lang"] == "sh" and how.startswith("skip:"):
            print(f"    {name}:{line} is not run: {how.removeprefix('skip:').strip()}")
        elif fence["lang"] == "sh" or how.startswith("file:"):
            found.append((line, how, fence["code"]))
    return found


def run_page(report: Report, page: Path) -> None:
    name = page.relative_to(ROOT)
    found = blocks(page, name)
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
    (home / "test").write_text("#!/bin/sh\n")
    (home / "test").chmod(0o755)
    for folder in SHARED:
        if (ROOT / folder).exists():
            (home / folder).symlink_to(ROOT / folder)
    modules = ROOT / "tests-js" / "node_modules"
    if modules.exists():
        (home / "node_modules").symlink_to(modules)
    environment = {**clean(), "PATH": f"{binaries}:{os.environ['PATH']}", "HOME": str(home)}
    if "$DATABASE" in text and os.environ.get("VESTIBULE_TEST_PG"):
        environment["DATABASE"] = fresh_postgres()
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


def clean() -> dict[str, str]:
    """The environment without settings of a deployment."""
    return {name: value for name, value in os.environ.items() if not name.startswith("VESTIBULE_")}


# ── The reference against the code ──

CLI = ROOT / "docs" / "reference" / "cli.md"
HELP = re.compile(r"^```text help:[ \t]*(?P<command>[^\n]*)\n(?P<text>.*?)^```[ \t]*$", re.M | re.S)
GLOBAL = re.compile(r"^ +--(data|database-url|base-url|root-key-file|json|config) |^  -[hV], ")


def help_of(command: str) -> str:
    """What `--help` says, without the options that every command has."""
    ran = subprocess.run([BINARY, *command.split(), "--help"], env=clean(), capture_output=True, text=True, check=True)
    lines = [line.rstrip() for line in ran.stdout.splitlines() if not command or not GLOBAL.match(line)]
    text = re.sub(r"\nOptions:\n(?=\n|$)", "", "\n".join(lines) + "\n")
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def commands(below: str = "") -> list[str]:
    """Every command of the binary that does something, as its help lists them."""
    listed = re.search(r"^Commands:\n(.*?)(?:\n\n|\Z)", help_of(below), re.M | re.S)
    if not listed:
        return [below]
    names = re.findall(r"^  (\S+)", listed[1], re.M)
    return [one for name in names for one in commands(f"{below} {name}".strip())]


def help_texts(page: str) -> list[str]:
    complaints, shown = [], {}
    for block in HELP.finditer(page):
        shown[block["command"].strip()] = block["text"]
    complaints += [f"`vestibule {one}` is missing" for one in commands() if one not in shown]
    complaints += [f"the help of `{one}` is another one" for one, text in shown.items() if text != help_of(one)]
    return complaints


def write_help() -> None:
    page = HELP.sub(lambda b: f"```text help: {b['command'].strip()}\n{help_of(b['command'].strip())}```", CLI.read_text())
    CLI.write_text(page)


def source(name: str) -> str:
    return (ROOT / "crates" / name).read_text()


def reference(name: str) -> str:
    return (ROOT / "docs" / "reference" / name).read_text()


def absent(names: list[str], page: str, form: str = "`{}`") -> list[str]:
    if not names:
        return ["nothing was found in the code to look for"]
    return [f"{name} is not in the page" for name in names if form.format(name) not in page]


def error_codes() -> list[str]:
    catalogue = re.search(r"ErrorCode \{(.*?)\n    \}\n", source("core/src/error.rs"), re.S)[1]
    codes = re.findall(r'= "([a-z-]+)"', catalogue)
    codes += re.findall(r'Self::new\(\s*"([a-z-]+)"', source("cli/src/failure.rs"))
    return absent(sorted(set(codes)), reference("errors.md"), '<a id="{}"></a>')


def oauth_codes() -> list[str]:
    codes = re.search(r"^codes! \{(.*?)^\}", source("oidc/src/error.rs"), re.M | re.S)[1]
    return absent(re.findall(r'= "([a-z_]+)"', codes), reference("errors.md"))


def configuration() -> list[str]:
    page = reference("configuration.md")
    arguments = source("cli/src/global.rs") + source("cli/src/command/serve.rs")
    keys = re.search(r"struct File \{(.*?)\n\}", source("cli/src/config.rs"), re.S)[1]
    complaints = absent(re.findall(r"^    (\w+):", keys, re.M), page)
    # What a tenant sets, as JSON spells it.
    for name, below in (("TenantSettings", ""), ("CodeSettings", "code."), ("Discovery", "discovery.")):
        body = re.search(rf"struct {name} \{{(.*?)\n\}}", source("core/src/settings.rs"), re.S)[1]
        fields = re.findall(r"^    pub (\w+): (?!Discovery|CodeSettings)", body, re.M)
        complaints += absent([below + re.sub(r"_(\w)", lambda found: found[1].upper(), field) for field in fields], page)
    return complaints + absent(re.findall(r'env = "(\w+)"', arguments), page)


def routes() -> list[str]:
    paths = re.findall(r'(?:page|resource|route)\(\s*"(/[^"]*)"', source("server/src/routes.rs") + source("server/src/ops/management.rs"))
    return absent(paths, reference("endpoints.md"))


def claims() -> list[str]:
    listed = re.search(r"const CLAIMS: \[&str; \d+\] = \[(.*?)\]", source("oidc/src/discovery.rs"), re.S)[1]
    cookies = re.findall(r'kind == "(v\w)"|Some\(\("(v\w)", tag\)\)|self\.name\("(v\w)"\)', source("server/src/http/cookies.rs"))
    names = re.findall(r'"(\w+)"', listed) + [one for found in cookies for one in found if one]
    return [name for name in names if not re.search(rf"`{name}[`.]", reference("claims.md"))]


def links() -> list[str]:
    """Every relative link of a page leads to a file that is there."""
    complaints = []
    for page in pages():
        for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", page.read_text()):
            if not (page.parent / target).exists():
                complaints.append(f"{page.relative_to(ROOT)}: {target} is not there")
    return complaints


def compare(report: Report) -> None:
    report.check("every_error_code_is_explained", error_codes)
    report.check("every_oauth_error_is_explained", oauth_codes)
    report.check("every_setting_is_explained", configuration)
    report.check("every_route_is_listed", routes)
    report.check("prv_04_prv_05_every_claim_and_cookie_is_listed", claims)
    report.check("the_help_texts_are_those_of_the_binary", lambda: help_texts(CLI.read_text()))
    report.check("links_between_pages", links)


def pages() -> list[Path]:
    found = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [page for page in found if page.exists()]


def self_check(report: Report) -> None:
    text = "begins 1\nx=1\nbegins 2\ntest $x = 1\nfalse\nbegins end\n"
    with tempfile.TemporaryDirectory() as home:
        output, code = run_script(PRELUDE + text, Path(home))
    right = code == 1 and "@@ 2" in output and "@@ end" not in output
    report.found("a_failing_command_is_noticed", [] if right else [output, code])
    with tempfile.TemporaryDirectory() as home:
        written = script([(1, "file: a", "b $c\n"), (2, "", "test \"$(cat a)\" = 'b $c'\n"), (3, "fails", "false\n")])
        output, code = run_script(written, Path(home))
    report.found("files_and_failures", [] if "@@ end" in output else [output, code])


def main() -> None:
    if sys.argv[1:] == ["--write"]:
        write_help()
        return
    report = Report("docs")
    self_check(report)
    if len(sys.argv) == 1:
        compare(report)
    for page in [Path(name).resolve() for name in sys.argv[1:]] or pages():
        with tempfile.TemporaryDirectory(prefix="vestibule-docs-mail-") as folder:
            os.environ["MAIL"] = folder
            with catcher(Path(folder), 2525):
                run_page(report, page)
    report.end()


if __name__ == "__main__":
    main()
