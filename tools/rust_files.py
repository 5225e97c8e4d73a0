"""Reads Rust as far as the house rules need it: which file takes what from which, and how long its functions are.

No parser: comments, strings and tests are blanked, the rest is found by patterns. What a macro makes is not seen, and a
name counts for the whole module even if it was imported in one function only.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

Names = tuple[str, ...]

# A lifetime has no second quote, so that it is none of these.
WORDLESS = re.compile(
    r"""//[^\n]*
      | /\*.*?\*/
      | (?<!\w)[bc]?r(\#*)".*?"\1
      | (?<!\w)[bc]?"(?:\\.|[^"\\])*"
      | (?<!\w)b?'(?:\\(?:x[0-9a-fA-F]{2}|u\{\w+\}|.)|[^\\'\n])'""",
    re.DOTALL | re.VERBOSE,
)
TEST = re.compile(r"#\[cfg\((?:(?:any|all)\()?\s*test\b[^\]]*\]")
VISIBLE_IN = re.compile(r"\bpub\((?:crate|self|super|in [^)]*)\)")
INLINE = re.compile(r"\bmod\s+(\w+)\s*\{")
USE = re.compile(r"\b(?P<public>pub\s+)?use\s+(?P<tree>[^;]+);")
PATH = re.compile(r"(?<![\w:])\w+(?:\s*::\s*\w+)+")
BRACES = re.compile(r"[()\[\]{};]")
FUNCTION = re.compile(r"\bfn\s+\$?\w+")
ITEM = r"\b(?:fn|struct|enum|union|trait|type|const|static|macro_rules!)\s+"


def bare(path: Path) -> str:
    """The product code of a file, each byte in its place: no comments, no strings, no tests."""
    text = blanked(path.read_text(), WORDLESS)
    while found := TEST.search(text):
        text = without(text, found.start(), body(text, found.end())[1])
    return text


def without(text: str, start: int, end: int) -> str:
    return text[:start] + re.sub(r"[^\n]", " ", text[start:end]) + text[end:]


def blanked(text: str, pattern: re.Pattern[str]) -> str:
    return pattern.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)


def body(text: str, at: int) -> tuple[int | None, int]:
    """The braces of the item that begins here, first to behind the last; no first where it ends without any."""
    depth, start = 0, None
    for found in BRACES.finditer(text, at):
        sign = found.group()
        if depth == 0 and start is None and sign in "{;}":
            if sign != "{":
                return None, found.end()
            start = found.start()
        depth += (sign in "([{") - (sign in ")]}")
        if depth == 0 and start is not None:
            return start, found.end()
    return None, len(text)


def functions(path: Path) -> Iterator[tuple[int, str, int]]:
    """Line, name and length of each function that has a body, from its `fn` to its closing brace."""
    text = bare(path)
    for found in FUNCTION.finditer(text):
        start, end = body(text, found.end())
        if start is not None:
            lines = text.count("\n", found.start(), end) + 1
            yield text.count("\n", 0, found.start()) + 1, found.group().split()[1], lines


@dataclass(frozen=True)
class Use:
    """One leaf of a `use`: what it names, and what that is called here (`*` for everything in it)."""

    path: Names
    here: str
    public: bool


def leaves(tree: str, before: Names = ()) -> Iterator[tuple[Names, str]]:
    """What a use-tree names, leaf by leaf."""
    head, brace, rest = tree.partition("{")
    path, _, alias = head.partition(" as ")
    names = before + tuple(name for name in re.split(r"\s*::\s*", path.strip()) if name)
    if brace:
        for part in parts(rest.rstrip().removesuffix("}")):
            yield from leaves(part, names)
        return
    if len(names) > 1 and names[-1] == "self":
        names = names[:-1]
    if names and names[-1] == "*":
        yield names[:-1], "*"
    elif names:
        yield names, alias.strip() or names[-1]


def parts(inside: str) -> Iterator[str]:
    """Splits at the commas that stand in no inner brace."""
    depth, start = 0, 0
    for at, sign in enumerate(inside):
        depth += (sign == "{") - (sign == "}")
        if sign == "," and depth == 0:
            yield inside[start:at].strip()
            start = at + 1
    if last := inside[start:].strip():
        yield last


class Module:
    """A module with what it imports and which paths it writes out."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.uses = [
            Use(path, here, bool(found["public"]))
            for found in USE.finditer(text)
            for path, here in leaves(re.sub(r"\s+", " ", found["tree"]).strip())
        ]
        self.text = blanked(text, USE)
        self.paths = {tuple(re.split(r"\s*::\s*", found)) for found in PATH.findall(self.text)}
        # `pub(crate) use a_macro;` hands on what stands in the same file.
        self.imported = {use.here: use.path for use in self.uses if use.path != (use.here,)}

    def defines(self, name: str) -> bool:
        return bool(re.search(rf"{ITEM}{name}\b", self.text))


@dataclass(frozen=True)
class Taking:
    """A file that takes something of its crate: which module it asked for what, and which file has it."""

    by: str
    asked: Names
    item: str
    of: str


class Crate:
    """The modules of a crate's product code below `src`; files go by their path from there."""

    def __init__(self, src: Path, files: list[Path]) -> None:
        self.modules: dict[Names, Module] = {}
        for path in files:
            relative = path.relative_to(src)
            names = relative.with_suffix("").parts
            root = names[:-1] if names[-1] == "mod" or names in (("lib",), ("main",)) else names
            self.add(root, relative.as_posix(), VISIBLE_IN.sub("pub", bare(path)))

    def add(self, names: Names, file: str, text: str) -> None:
        """A module and those that are written out inside it, which have their own `super`."""
        while found := INLINE.search(text):
            start, end = body(text, found.end() - 1)
            self.add((*names, found[1]), file, text[start + 1 : end - 1])
            text = without(text, found.start(), end)
        self.modules[names] = Module(file, text)

    def takings(self) -> Iterator[Taking]:
        """Everything that a file takes from another one, at the place that really has it."""
        for names, module in self.modules.items():
            for path in module.paths | {use.path for use in module.uses if not self.is_way(names, use)}:
                full = self.absolute(names, path)
                if full is None:
                    continue
                asked, rest = self.split(full)
                of = self.modules[self.holder(full)[0]].file
                if of != module.file:
                    yield Taking(module.file, asked, rest[0] if rest else "", of)

    def arrows(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {module.file: set() for module in self.modules.values()}
        for taking in self.takings():
            found[taking.by].add(taking.of)
        return found

    def is_way(self, names: Names, use: Use) -> bool:
        """Whether this imports a module only for what stands in it, which is written out as a path."""
        named = any(path[0] == use.here for path in self.modules[names].paths)
        return named and not use.public and self.absolute(names, use.path) in self.modules

    def absolute(self, names: Names, path: Names, seen: Names = ()) -> Names | None:
        """A path as it is from the root of the crate; nothing for what is not of this crate."""
        head, rest = path[0], path[1:]
        if head == "crate":
            return rest
        if head in ("self", "super"):
            names = names if head == "self" else names[:-1]
            while rest and rest[0] == "super":
                names, rest = names[:-1], rest[1:]
            return names + rest
        if (*names, head) in self.modules:
            return names + path
        imported = self.modules[names].imported.get(head)
        if imported is None or head in seen:
            return None
        full = self.absolute(names, imported, (*seen, head))
        return None if full is None else full + rest

    def split(self, full: Names) -> tuple[Names, Names]:
        """The longest part that is a module, and what is named in it."""
        cut = next(cut for cut in range(len(full), -1, -1) if full[:cut] in self.modules)
        return full[:cut], full[cut:]

    def holder(self, full: Names, seen: frozenset[Names] = frozenset()) -> tuple[Names, Names]:
        """Like [`split`], through the re-exports on the way."""
        names, rest = self.split(full)
        if not rest or full in seen:
            return names, rest
        module, seen = self.modules[names], seen | {full}
        if rest[0] in module.imported:
            target = self.absolute(names, module.imported[rest[0]])
            return (names, rest) if target is None else self.holder(target + rest[1:], seen)
        for use in module.uses:
            if use.here == "*" and (target := self.absolute(names, use.path)) is not None:
                there, item = self.holder(target + rest, seen)
                if item and self.modules[there].defines(item[0]):
                    return there, item
        return names, rest


def circles(arrows: dict[str, set[str]]) -> list[list[str]]:
    """The sets of files of which each reaches each, largest first; files in no circle are left out."""
    reach = {}
    for start in arrows:
        seen, todo = set(), [start]
        while todo:
            for one in arrows[todo.pop()] - seen:
                seen.add(one)
                todo.append(one)
        reach[start] = seen
    found = {tuple(sorted(one for one in reach[start] if start in reach[one])) for start in arrows}
    return sorted((list(circle) for circle in found if circle), key=len, reverse=True)
