#!/usr/bin/env python3
"""The house rules that no compiler knows: who may use whom, what the pure crates pull in, no statics, nothing foreign.

The arrows are those of docs/architecture.md, section 2.
"""

import json
import re
import subprocess
from pathlib import Path

from report import Report

ROOT = Path(__file__).resolve().parent.parent

# Who may use whom; `testkit`, `smtpsink` and `bench` stand outside and may use everything.
ARROWS = {
    "core": set(),
    "oidc": {"core"},
    "store": {"core"},
    "ui": {"core"},
    "outbound": {"core"},
    "federation": {"core", "outbound", "oidc"},
    "graph": {"core"},
    "service": {"core", "oidc", "store", "ui", "outbound", "federation"},
    "server": {"core", "oidc", "service", "ui", "graph"},
    "cli": {"core", "service", "server", "portal"},
    "portal": set(),
}
OUTSIDE = {"testkit", "smtpsink", "bench", "fuzz"}
PURE = {"core", "oidc", "graph", "ui"}
IMPURE = re.compile(r"^(tokio(-.*)?|actix(-.*)?|diesel(_.*)?|lettre|reqwest|hyper(-.*)?|ureq|isahc|async-std)$")
FOREIGN = re.compile(r"""(?:src|href|action|srcset|poster)\s*=\s*["']?\s*(?:https?:)?//|@import|url\(\s*["']?(?:https?:)?//""")
LINES = {"p90": 350, "most": 600}


def metadata() -> dict:
    command = ["cargo", "metadata", "--format-version", "1", "--locked"]
    return json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)


def room(name: str) -> str:
    return name.removeprefix("vestibule-")


def arrows(data: dict) -> list[str]:
    complaints = []
    for package in data["packages"]:
        here = room(package["name"])
        if package["source"] or here in OUTSIDE:
            continue
        uses = {
            room(dep["name"]) for dep in package["dependencies"] if dep.get("path") and dep["kind"] in (None, "build")
        }
        if here not in ARROWS:
            complaints.append(f"{here} is no room that architecture.md knows")
        complaints += [f"{here} → {used}" for used in sorted(uses - ARROWS.get(here, set()))]
    return complaints


def impurities(data: dict) -> list[str]:
    """Crates with I/O in what the pure ones are compiled with."""
    names = {package["id"]: package["name"] for package in data["packages"]}
    below = {
        node["id"]: [d["pkg"] for d in node["deps"] if any(kind["kind"] is None for kind in d["dep_kinds"])]
        for node in data["resolve"]["nodes"]
    }
    complaints = []
    for start, name in names.items():
        if not name.startswith("vestibule-") or room(name) not in PURE:
            continue
        seen, todo = set(), [start]
        while todo:
            one = todo.pop()
            if one not in seen:
                seen.add(one)
                todo += below[one]
        complaints += [f"{room(name)} pulls in {names[one]}" for one in seen if IMPURE.match(names[one])]
    return sorted(complaints)


def sources() -> list[Path]:
    """Product code: no tests, no test rooms."""
    found = [path for path in ROOT.glob("crates/*/src/**/*.rs") if path.parts[len(ROOT.parts) + 1] not in OUTSIDE]
    return [path for path in found if path.stem not in ("tests", "testing") and "tests" not in path.parts and "testing" not in path.parts]


def statics() -> list[str]:
    pattern = re.compile(r"^\s*(pub(\(\w+\))?\s+)?static\s+(mut\s+)?\w+\s*:|thread_local!|lazy_static!")
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sources()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if pattern.match(line)
    ]


def lengths() -> list[str]:
    sizes = sorted((len(path.read_text().splitlines()), path) for path in sources())
    if not sizes:
        return ["no source at all"]
    at = lambda share: sizes[min(len(sizes) - 1, int(len(sizes) * share))][0]
    complaints = [f"{path.relative_to(ROOT)}: {size} lines" for size, path in sizes if size > LINES["most"]]
    if at(0.9) > LINES["p90"]:
        complaints.append(f"a tenth of the files is longer than {at(0.9)} lines, {LINES['p90']} are meant")
    return complaints


def marks() -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{number}"
        for path in sources()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if re.search(r"\b(TODO|FIXME|XXX)\b", line)
    ]


def foreign_assets() -> list[str]:
    files = [path for path in ROOT.glob("web/**/*") if path.suffix in (".html", ".css", ".js", ".svg")]
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in files
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if FOREIGN.search(line)
    ]


def workflows() -> list[str]:
    """Actions pinned by digest, no event text in a shell; `.ci/run` takes no input at all."""
    complaints = []
    for path in [*ROOT.glob(".github/workflows/*.y*ml"), *ROOT.glob(".forgejo/workflows/*.y*ml")]:
        for number, line in enumerate(path.read_text().splitlines(), 1):
            where = f"{path.relative_to(ROOT)}:{number}"
            if (used := re.search(r"uses:\s*(\S+)", line)) and not re.search(r"@[0-9a-f]{40}$", used.group(1)):
                complaints.append(f"{where}: {used.group(1)} is not pinned by digest")
            if re.search(r"\$\{\{\s*github\.(event|head_ref)", line):
                complaints.append(f"{where}: text of an event reaches the workflow")
        if "permissions:" not in path.read_text():
            complaints.append(f"{path.relative_to(ROOT)}: no permissions stated")
    run = (ROOT / ".ci" / "run").read_text()
    if re.search(r"\$\{?[A-Z@*1-9]", run) or "eval" in run:
        complaints.append(".ci/run takes input")
    return complaints


def scripts() -> list[str]:
    """No machine's paths and no registry's host in what is checked in, so that everything works elsewhere too."""
    hosts = re.compile(r"https?://(registry\.npmjs|static\.crates|index\.crates|files\.pythonhosted|deb\.debian)")
    tracked = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True)
    complaints = []
    for name in tracked.stdout.split("\n"):
        path = ROOT / name
        if path.is_file() and path.name != "Cargo.lock" and path.suffix not in (".png", ".ico", ".woff2"):
            text = path.read_text(errors="replace")
            complaints += [f"{name}: {found.group()}" for found in hosts.finditer(text)]
            complaints += [f"{name}: {found.group()}" for found in re.finditer(re.escape(f"{ROOT}/"), text)]
    return complaints


def main() -> None:
    report = Report("house")
    data = metadata()
    report.check("arrows_between_the_rooms", lambda: arrows(data))
    report.check("pure_rooms_stay_pure", lambda: impurities(data))
    report.check("no_statics", statics)
    report.check("files_stay_short", lengths)
    report.check("no_todo_marks", marks)
    report.check("sup_05_prv_03_no_foreign_assets", foreign_assets)
    report.check("sup_04_workflows_pinned_and_without_input", workflows)
    report.check("no_hosts_of_registries_no_paths_of_this_machine", scripts)
    report.end()


if __name__ == "__main__":
    main()
