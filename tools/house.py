#!/usr/bin/env python3
"""The house rules that no compiler knows: who may use whom, what the pure crates pull in, no statics, nothing foreign.

The arrows are those of docs/architecture.md, section 2. What reads Rust stands in rust_files.py.
"""

import json
import re
import subprocess
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

from report import Report
from rust_files import Crate, bare, circles, functions

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
    "app": {"core", "oidc", "store"},
    "signin": {"app", "core", "oidc", "store", "federation"},
    "admin": {"app", "core", "oidc", "store"},
    "jobs": {"app", "core", "oidc", "outbound", "store", "ui"},
    "server": {"app", "core", "graph", "jobs", "oidc", "outbound", "signin", "ui"},
    "cli": {"admin", "app", "core", "jobs", "outbound", "portal", "server"},
    "portal": set(),
}
OUTSIDE = {"testkit", "smtpsink", "bench", "fuzz"}
PURE = {"core", "oidc", "graph", "ui"}
IMPURE = re.compile(r"^(tokio(-.*)?|actix(-.*)?|diesel(_.*)?|lettre|reqwest|hyper(-.*)?|ureq|isahc|async-std)$")
FOREIGN = re.compile(r"""(?:src|href|action|srcset|poster)\s*=\s*["']?\s*(?:https?:)?//|@import|url\(\s*["']?(?:https?:)?//""")
LINES = {"median": 120, "p90": 260, "most": 600}
FUNCTION_LINES = {"p99": 50, "most": 80}

# So many files may take from each other in a circle: a handful can be read at once.
CIRCLE = 5

# The sign-in, from its ground up: a module of crates/signin takes only from lower floors.
FLOORS = [
    ["convert", "documents", "sealed", "subject"],
    ["view"],
    ["reply"],
    ["trip"],
    ["gather"],
    ["token"],
    ["log", "inviter"],
    ["respond"],
    ["refusal"],
    ["ending"],
    ["halt"],
    ["finish"],
    ["step"],
    ["prove", "agree"],
    ["identify"],
    ["page", "signout"],
    ["authorize", "invitation", "report"],
]
FLOW = "crates/signin/src"

# Types that may bear a name more than once: the module stands before them wherever they are used.
SHARED_NAMES = {
    "Command": "the command line's nouns, one per file: `tenant::Command`",
    **dict.fromkeys(
        ["Create", "Disable", "Enable", "List", "Show", "Policies"],
        "use cases are named by their noun: `tenant::Create`",
    ),
    **dict.fromkeys(["Application", "NewTenant", "Tenant"], "what a use case changes: `effect::Tenant`"),
}

# Public functions that only tests call, each with its reason.
FOR_TESTS = {
    "all_mail_samples": "the gallery draws every mail",
    "all_samples": "the gallery draws every page",
    "drain": "a test sends what waits without the loop's clock",
    "from_jwk": "a test reads a published key back",
    "page_states": "a walk must reach each of them",
}
PUBLIC = re.compile(r"(?m)^ *pub (?:async |const |unsafe )*(fn|struct|enum|union|trait|type|const) (\w+)")
TYPE = re.compile(
    r"(?m)^ *pub(?:\([^)]*\))? (?:struct|enum|union|trait|type) (?P<type>\w+)|\btext_enum! \{\s+(?P<word>\w+) \{"
)

# What makes a proof, and the only places of it: whoever reads them has read everything that can claim one. Another name
# for either would hide it from this rule.
PROOF = re.compile(r"\bimpl(<[^{};]*>)?\s+(\w+::)*Proof\s+for\b|\b(Proof|Evidence)\s+as\s+(?!_\b)\w+")
EVIDENCE = re.compile(r"(?<!\w)(\w+::)*Evidence\s*(\{|::\s*of\b)")
NO_MAKING = re.compile(r"(\b(struct|for|let)|\bimpl(<[^{};]*>)?|->)\s*(&('\w+\s+)?)?$")
PROVERS = ("crates/core/src/", f"{FLOW}/prove/")
WITNESSES = ("crates/core/src/proof", "crates/core/src/passcode", f"{FLOW}/prove/")


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


def sources(root: Path = ROOT) -> list[Path]:
    """Product code: no tests, no test rooms."""
    found = [(path, path.relative_to(root / "crates").parts) for path in root.glob("crates/*/src/**/*.rs")]
    tests = {"tests", "testing", "tests.rs", "testing.rs"}
    return sorted(path for path, parts in found if parts[0] not in OUTSIDE and not tests & set(parts))


def crate(src: Path, root: Path = ROOT) -> Crate:
    return Crate(src, [path for path in sources(root) if src in path.parents])


def statics() -> list[str]:
    pattern = re.compile(r"^\s*(pub(\(\w+\))?\s+)?static\s+(mut\s+)?\w+\s*:|thread_local!|lazy_static!")
    return [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sources()
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if pattern.match(line)
    ]


def lengths(root: Path = ROOT) -> list[str]:
    sizes = sorted((len(path.read_text().splitlines()), path) for path in sources(root))
    if not sizes:
        return ["no source at all"]
    complaints = [f"{path.relative_to(root)}: {size} lines" for size, path in sizes if size > LINES["most"]]
    for part, share, most in [("half", 0.5, LINES["median"]), ("a tenth", 0.9, LINES["p90"])]:
        usual = sizes[min(len(sizes) - 1, int(len(sizes) * share))][0]
        if usual > most:
            complaints.append(f"{part} of the files is longer than {usual} lines, {most} are meant")
    return complaints


def files_in_circles(root: Path = ROOT) -> list[str]:
    complaints = []
    for src in sorted({path.parents[-len(root.parts) - 3] for path in sources(root)}):
        for circle in circles(crate(src, root).arrows()):
            if len(circle) > CIRCLE:
                complaints.append(f"{src.parent.name}: {len(circle)} files in one circle: {', '.join(circle)}")
    return complaints


def arrows_of_the_flow(root: Path = ROOT, floors: list[list[str]] = FLOORS) -> list[str]:
    """Arrows that do not go down, modules on no floor, floors of nothing, and ways round through the crate's root."""
    level = {module: number for number, floor in enumerate(floors) for module in floor}
    signin = crate(root / FLOW, root)
    rooms = {module.file: names[0] for names, module in signin.modules.items() if names and module.file != "lib.rs"}
    complaints = [f"{room} is on no floor" for room in sorted(set(rooms.values()) - set(level))]
    complaints += [f"{room} is on a floor without a file" for room in sorted(set(level) - set(rooms.values()))]
    found = set()
    for taking in signin.takings():
        here, there = rooms.get(taking.by), rooms.get(taking.of)
        if here and taking.asked == () and taking.item:
            found.add(f"{taking.by} takes {taking.item} through the root")
        if here in level and there in level and here != there and level[there] >= level[here]:
            found.add(f"{taking.by} → {taking.of}")
    return complaints + sorted(found)


def long_functions(root: Path = ROOT) -> list[str]:
    sizes = sorted(
        (size, f"{path.relative_to(root)}:{line} {name}")
        for path in sources(root)
        for line, name, size in functions(path)
    )
    if not sizes:
        return ["no function at all"]
    complaints = [f"{where}: {size} lines" for size, where in sizes if size > FUNCTION_LINES["most"]]
    usual = sizes[min(len(sizes) - 1, int(len(sizes) * 0.99))][0]
    if usual > FUNCTION_LINES["p99"]:
        most = FUNCTION_LINES["p99"]
        complaints.append(f"a hundredth of the functions is longer than {usual} lines, {most} are meant")
    return complaints


def foreign_proofs(root: Path = ROOT) -> list[str]:
    """Proofs and evidence that others than verifiers make."""
    complaints = []
    for path in sources(root):
        name, text = path.relative_to(root).as_posix(), bare(path)
        made = [] if name.startswith(PROVERS) else list(PROOF.finditer(text))
        if not name.startswith(WITNESSES):
            made += [found for found in EVIDENCE.finditer(text) if not NO_MAKING.search(text[: found.start()])]
        for found in made:
            line = text.count("\n", 0, found.start()) + 1
            complaints.append(f"{name}:{line}: {found.group()}")
    return complaints


def names_of_types(root: Path = ROOT) -> list[str]:
    """Public types of one name in two places: a reader who meets both must look up which one is meant."""
    places: dict[str, list[str]] = {}
    for path in sources(root):
        text = bare(path)
        for found in TYPE.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            place = f"{path.relative_to(root).as_posix()}:{line}"
            places.setdefault(found["type"] or found["word"], []).append(place)
    twice = {name: where for name, where in places.items() if len(where) > 1}
    complaints = [f"{name}: {', '.join(where)}" for name, where in sorted(twice.items()) if name not in SHARED_NAMES]
    return complaints + [f"{name} is no longer shared" for name in SHARED_NAMES if root == ROOT and name not in twice]


def undocumented(root: Path = ROOT) -> list[str]:
    """Public items without a sentence. Of fields and variants none is asked: a good name says it, and a line that
    repeats the name hides the ones that say more."""
    complaints = []
    for path in sources(root):
        name, text, lines = path.relative_to(root).as_posix(), bare(path), path.read_text().splitlines()
        if lines and not lines[0].startswith("//!"):
            complaints.append(f"{name}: nothing says what the module is for")
        for found in PUBLIC.finditer(text):
            line = above = text.count("\n", 0, found.start(1))
            while above and lines[above - 1].lstrip().startswith(("#[", ")]", "$(#[", "// ")):
                above -= 1
            if above == 0 or not lines[above - 1].lstrip().startswith("///") and not lines[above].lstrip().startswith("$("):
                complaints.append(f"{name}:{line + 1}: {found[1]} {found[2]}")
    return complaints


def unused(root: Path = ROOT, for_tests: dict[str, str] = FOR_TESTS) -> list[str]:
    """Public functions whose name stands nowhere else in the product. One that shares its name with a used one is not
    seen, which keeps the rule free of false alarms."""
    words: Counter[str] = Counter()
    made: dict[str, list[str]] = {}
    for path in sources(root):
        text = bare(path)
        words.update(re.findall(r"\w+", text))
        for found in PUBLIC.finditer(text):
            if found[1] == "fn":
                line = text.count("\n", 0, found.start(1)) + 1
                made.setdefault(found[2], []).append(f"{path.relative_to(root).as_posix()}:{line}")
    words.update(re.findall(r"\w+", " ".join(path.read_text() for path in root.glob("web/templates/**/*.*"))))
    idle = {name: where for name, where in made.items() if words[name] <= len(where)}
    complaints = [f"{name} is called by nobody: {', '.join(where)}" for name, where in sorted(idle.items()) if name not in for_tests]
    return complaints + [f"{name} is called now, or is not there" for name in for_tests if name not in idle]


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


# Small rooms for the rules on Rust: the rule, the files, and what it must say of them.
RING = {
    "a": "use super::b::B;",
    "b": "use crate::{c::{self, C}, none};",
    "c": "fn held(d: &[crate::d::D; 2]) {}",
    "d": "use crate::e; fn run<'a>() { e::run::<'a>('\"', \"use super::a;\") }",
    "e": "mod inner { pub use super::super::f::F as G; }",
    "f": "impl From<super::a::A> for F {}",
}
NO_RING = {
    "hall/mod": "mod a; mod b; pub use a::*; pub(crate) use {b::B, c::C, d::D}; pub use self::{e::E, f::F};",
    "hall/a": "// use super::f::F;\n#[cfg(test)]\nmod tests { use super::super::f::F; }\n"
    "mod inner { use super::own; } pub(in crate::hall) struct A;",
    "hall/b": "use crate::hall; fn held(_: hall::A) {}",
    "hall/c": "use super::{B as Upper};",
    "hall/d": "use crate::hall::C;",
    "hall/e": "use super::{super::hall::D};",
    "hall/f": "fn held(_: super::E) {}",
}
FLOW_OF_FOUR = {
    "lib": "pub mod low; pub mod side; mod high; mod mid; pub use high::High;",
    "low": "use crate::mid::Mid;",
    "mid": "use crate::{High, side::{Part, Side}};",
    "side/mod": "mod part; pub use part::Part;",
    "side/part": "use super::super::low::Low; use super::Side;",
    "high": "use crate::side::Part;",
    "attic": "",
}
FLOORS_OF_FOUR = [["low"], ["mid", "side"], ["high"], ["roof"]]
FEW = "trait Few {\n  fn few(&self);\n}\n"
LONG = FEW + "fn many<'a>() {\n" + "  let _ = ('{', b'{', \"\\\"}\", r#\"}\"#); // }\n" * 79 + "}\n"
FORGED = "impl<'a> proof::Proof for Page<'a> {}\nfn own(&self) -> &Evidence { self.kept.map(Evidence::of) }"
TOYS = [
    (
        lengths,
        "toy",
        {"lib": "\n" * 121, "a": "\n" * 601},
        [
            "crates/toy/src/a.rs: 601 lines",
            "half of the files is longer than 601 lines, 120 are meant",
            "a tenth of the files is longer than 601 lines, 260 are meant",
        ],
    ),
    (lengths, "toy", {"lib": "\n" * 120, "a": "\n" * 120, "b": "\n" * 600}, ["a tenth of the files is longer than 600 lines, 260 are meant"]),
    (files_in_circles, "toy", RING, ["toy: 6 files in one circle: a.rs, b.rs, c.rs, d.rs, e.rs, f.rs"]),
    (files_in_circles, "toy", NO_RING, []),
    (
        lambda root: arrows_of_the_flow(root, FLOORS_OF_FOUR),
        "signin",
        FLOW_OF_FOUR,
        [
            "attic is on no floor",
            "roof is on a floor without a file",
            "low.rs → mid.rs",
            "mid.rs takes High through the root",
            "mid.rs → high.rs",
            "mid.rs → side/mod.rs",
            "mid.rs → side/part.rs",
        ],
    ),
    (
        long_functions,
        "toy",
        {"lib": LONG},
        [
            "crates/toy/src/lib.rs:4 many: 81 lines",
            "a hundredth of the functions is longer than 81 lines, 50 are meant",
        ],
    ),
    (long_functions, "toy", {"lib": LONG.replace("\n  let", "  let")}, []),
    (
        foreign_proofs,
        "signin",
        {"page": FORGED, "prove/code": FORGED},
        [f"{FLOW}/page.rs:1: impl<'a> proof::Proof for", f"{FLOW}/page.rs:2: Evidence::of"],
    ),
    (
        names_of_types,
        "toy",
        {
            "a": "pub struct Plan;\nstruct Halt;\n/// pub enum Step {}\npub enum Command {}",
            "b": "mod inner {\n    pub(crate) enum Plan {}\n}\npub trait Halt {}\ntext_enum! {\n    Step {}\n}",
            "c": "pub type Step = u8;\n#[cfg(test)]\nmod tests {\n    pub enum Halt {}\n}\npub struct Command;",
        },
        [
            "Plan: crates/toy/src/a.rs:1, crates/toy/src/b.rs:2",
            "Step: crates/toy/src/b.rs:5, crates/toy/src/c.rs:1",
        ],
    ),
    (
        lambda root: unused(root, {"played": "by a test", "called": "by a test"}),
        "toy",
        {
            "a": "pub fn called() {}\npub fn idle() {}\npub const fn played() {}\nfn own() {}",
            "b": "fn run() { super::a::called(); } // idle\n#[cfg(test)]\nmod tests {\n    use super::a::idle;\n}",
        },
        ["idle is called by nobody: crates/toy/src/a.rs:2", "called is called now, or is not there"],
    ),
    (
        undocumented,
        "toy",
        {
            "lib": "//! A toy.\n/// Said.\n#[derive(Debug)]\n// why\npub struct Said {\n    pub field: u8,\n}\npub fn unsaid() {}",
            "a": "//! Its part.\npub(crate) fn inside() {}\n#[cfg(test)]\nmod tests {\n    pub fn test() {}\n}\npub enum E {}",
            "b": "fn nothing() {}",
        },
        [
            "crates/toy/src/a.rs:7: enum E",
            "crates/toy/src/b.rs: nothing says what the module is for",
            "crates/toy/src/lib.rs:8: fn unsaid",
        ],
    ),
    (foreign_proofs, "core", {"proof/mod": FORGED, "entry": FORGED}, ["crates/core/src/entry.rs:2: Evidence::of"]),
]


def toy_patches() -> list[str]:
    """What the stage `sixth` patches, so that a change of ours is noticed before it runs."""
    complaints = []
    for patch in sorted((ROOT / "tools/sixth").glob("*.patch")):
        ran = subprocess.run(["git", "apply", "--check", patch], cwd=ROOT, capture_output=True, text=True, check=False)
        complaints += [f"{patch.name}: {line}" for line in ran.stderr.splitlines()]
    return complaints


def toothless() -> list[str]:
    """Rules on Rust that say of a toy something else than they must."""
    complaints = []
    for rule, room, files, wanted in TOYS:
        with TemporaryDirectory() as made:
            for name, text in {"lib": "", **files}.items():
                path = Path(made, "crates", room, "src", f"{name}.rs")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            if (found := rule(Path(made))) != wanted:
                complaints.append(f"{', '.join(files)}: {found} instead of {wanted}")
    return complaints


def main() -> None:
    report = Report("house")
    data = metadata()
    report.check("arrows_between_the_rooms", lambda: arrows(data))
    report.check("pure_rooms_stay_pure", lambda: impurities(data))
    report.check("no_statics", statics)
    report.check("files_stay_short", lengths)
    report.check("files_stand_in_no_large_circle", files_in_circles)
    report.check("the_flow_has_arrows_downwards_only", arrows_of_the_flow)
    report.check("functions_stay_short", long_functions)
    report.check("proofs_are_made_by_verifiers_alone", foreign_proofs)
    report.check("a_public_name_is_one_type", names_of_types)
    report.check("public_items_say_what_they_are", undocumented)
    report.check("public_functions_have_a_caller", unused)
    report.check("rules_on_rust_bite", toothless)
    report.check("the_patches_of_the_toy_apply", toy_patches)
    report.check("no_todo_marks", marks)
    report.check("sup_05_prv_03_no_foreign_assets", foreign_assets)
    report.check("sup_04_workflows_pinned_and_without_input", workflows)
    report.check("no_hosts_of_registries_no_paths_of_this_machine", scripts)
    report.end()


if __name__ == "__main__":
    main()
