#!/usr/bin/env python3
"""The supply chain, offline (SUP-01, SUP-02): bans, floors, licences, features and sources as deny.toml states them.

`tools/supply.py` checks this workspace and proves on altered lock files that the floors bite.
`tools/supply.py --lock FILE` checks the floors of that lock file alone, and exits 1 if one is missed.
Advisories need a database from the network; `cargo deny check advisories` and an OSV scan do that part.
"""

import argparse
import json
import re
import subprocess
import sys
import time
import tomllib
from pathlib import Path

from report import Report, expect

ROOT = Path(__file__).resolve().parent.parent
RSA_BY = {"openidconnect", "vestibule-oidc"}
# Named in a manifest for their features alone.
FOR_FEATURES = {"libsqlite3-sys", "pq-sys"}
DENY = tomllib.loads((ROOT / "deny.toml").read_text())


def version(text: str) -> tuple[int, ...]:
    """`1.2.3+build` as numbers; a pre-release counts as its release."""
    return tuple(int(part) for part in re.match(r"\d+(\.\d+)*", text).group().split("."))


def floors() -> dict[str, str]:
    """Crate → lowest version that is allowed, from bans of the form `name:<version`."""
    found = {}
    for ban in DENY["bans"]["deny"]:
        name, _, below = ban["crate"].partition(":<")
        if below:
            found[name] = below
    return found


def below_floor(lock: dict) -> list[str]:
    complaints = []
    for package in lock["package"]:
        floor = floors().get(package["name"])
        if floor and version(package["version"]) < version(floor):
            complaints.append(f"{package['name']} {package['version']} is below {floor}")
    return complaints


class Graph:
    """What cargo resolves with every feature on, for every platform."""

    def __init__(self) -> None:
        command = ["cargo", "metadata", "--format-version", "1", "--all-features", "--locked"]
        data = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)
        self.packages = {package["id"]: package for package in data["packages"]}
        self.nodes = data["resolve"]["nodes"]

    def name(self, node_id: str) -> str:
        return self.packages[node_id]["name"]

    def parents(self, wanted: str) -> list[str]:
        return [
            self.name(node["id"]) for node in self.nodes for dep in node["deps"] if self.name(dep["pkg"]) == wanted
        ]

    def bans(self) -> list[str]:
        present = {self.name(node["id"]) for node in self.nodes}
        complaints = []
        for ban in DENY["bans"]["deny"]:
            if ban["crate"] in present:
                strangers = set(self.parents(ban["crate"])) - set(ban.get("wrappers", []))
                if strangers or not ban.get("wrappers"):
                    complaints.append(f"{ban['crate']} ({ban['reason']}) comes with {sorted(strangers)}")
        return complaints

    def features(self, crate: str, denied: list[str]) -> list[str]:
        found = [node["features"] for node in self.nodes if self.name(node["id"]) == crate]
        return [f"{crate} has feature {one}" for features in found for one in features if one in denied]

    def licences(self) -> list[str]:
        exceptions = {one["crate"]: set(one["allow"]) for one in DENY["licenses"]["exceptions"]}
        complaints = []
        for node in self.nodes:
            package = self.packages[node["id"]]
            allowed = set(DENY["licenses"]["allow"]) | exceptions.get(package["name"], set())
            if not allows(package["license"] or "", allowed):
                complaints.append(f"{package['name']} {package['version']}: {package['license']}")
        return complaints


def unused() -> list[str]:
    """Lines of our manifests whose crate no source of the package names."""
    command = ["cargo", "metadata", "--format-version", "1", "--no-deps", "--locked"]
    packages = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)["packages"]
    complaints = []
    for package in packages:
        text = "\n".join(path.read_text() for path in Path(package["manifest_path"]).parent.rglob("*.rs"))
        for dependency in package["dependencies"]:
            name = dependency["rename"] or dependency["name"]
            if name not in FOR_FEATURES and not re.search(rf"\b{name.replace('-', '_')}\b", text):
                complaints.append(f"{package['name']} does not use {name}")
    return complaints


def allows(expression: str, allowed: set[str]) -> bool:
    """Whether an SPDX expression can be met by licences of `allowed` (`/` is the old form of OR)."""
    text = expression.replace("/", " OR ").replace("(", " ( ").replace(")", " ) ")
    words: list[str] = []
    for word in text.split():
        if words and (word == "WITH" or words[-1].endswith(" WITH")):
            words[-1] += f" {word}"
        else:
            words.append(word)
    python = [
        word.lower() if word in ("AND", "OR") else word if word in "()" else str(word in allowed) for word in words
    ]
    return bool(python) and bool(eval(" ".join(python)))  # noqa: S307 - only True, False, and, or, parentheses


def sources(lock: dict) -> list[str]:
    """Everything comes from the one registry that cargo knows by default, nothing from a repository."""
    found = {package["source"] for package in lock["package"] if package.get("source")}
    others = {source for source in found if not source.startswith("registry+")}
    return sorted(others) + (["more than one registry"] if len(found - others) > 1 else [])


def lowered(lock: dict, name: str, to: str) -> dict:
    """A copy of the lock file in which one crate has another version (or is there at all)."""
    others = [package for package in lock["package"] if package["name"] != name]
    return {"package": [*others, {"name": name, "version": to}]}


def just_below(floor: str) -> str:
    parts = list(version(floor))
    last = max(index for index, part in enumerate(parts) if part)
    parts[last] -= 1
    return ".".join(str(part) for part in [*parts[: last + 1], *[999] * (len(parts) - last - 1)])


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--lock", type=Path)
    given = arguments.parse_args()
    lock = tomllib.loads((given.lock or ROOT / "Cargo.lock").read_text())
    if given.lock:
        complaints = below_floor(lock)
        print("\n".join(complaints))
        sys.exit(1 if complaints else 0)
    report = Report("supply")
    report.found("sup_02_no_crate_below_its_floor", below_floor(lock))
    for name, floor in floors().items():
        fixture = lowered(lock, name, just_below(floor))
        missed = [] if below_floor(fixture) else [f"{name} {just_below(floor)} passed"]
        report.found(f"sup_02_a_lower_{name}_is_refused", missed)
    for name, old in (("jsonwebtoken", "10.2.0"), ("idna", "0.5.0")):
        report.check(f"sup_01_{name}_{old.replace('.', '_')}_fails_the_script", lambda: fails_on(lock, name, old))
    graph = Graph()
    report.check("sup_01_bans_and_their_only_parents", graph.bans)
    for ban in DENY["bans"]["features"]:
        cited = "mail_07_" if ban["crate"] == "lettre" else ""
        report.found(f"{cited}features_of_{ban['crate']}_that_stay_off", graph.features(ban["crate"], ban["deny"]))
    report.check("key_07_rsa_by_known_paths_only", lambda: sorted(set(graph.parents("rsa")) - RSA_BY))
    report.check("key_07_the_exception_for_rsa_has_reason_and_expiry", rsa_exception)
    report.check("sup_01_licences", graph.licences)
    report.check("no_unused_line_in_a_manifest", unused)
    report.check("sup_01_only_from_the_registry", lambda: sources(lock))
    report.check("dos_06_no_backtracking_regular_expressions", lambda: regex_engines(graph))
    report.end()


def fails_on(lock: dict, name: str, old: str) -> None:
    """Runs this very script, as CI does, on a lock file with an old crate."""
    fixture = ROOT / "target" / f"fixture-{name}.lock"
    fixture.parent.mkdir(exist_ok=True)
    packages = lowered(lock, name, old)["package"]
    text = "".join(f'[[package]]\nname = "{one["name"]}"\nversion = "{one["version"]}"\n\n' for one in packages)
    fixture.write_text(text)
    ran = subprocess.run([sys.executable, __file__, "--lock", fixture], capture_output=True, text=True, check=False)
    fixture.unlink()
    expect(ran.returncode == 1 and name in ran.stdout, ran)


def rsa_exception() -> None:
    """What deny.toml says about the one advisory that is let through."""
    text = (ROOT / "deny.toml").read_text()
    (entry,) = DENY["advisories"]["ignore"]
    expect(entry["id"] == "RUSTSEC-2023-0071" and entry["reason"], entry)
    expires = re.search(r"# Expires (\d{4}-\d{2}-\d{2})", text)
    expect(expires and expires.group(1) > time.strftime("%Y-%m-%d"), "the exception has no expiry, or it is over")


def regex_engines(graph: Graph) -> list[str]:
    return [name for name in ("fancy-regex", "pcre2", "onig") if graph.parents(name)]


if __name__ == "__main__":
    main()
