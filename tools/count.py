#!/usr/bin/env python3
"""Counts what the stages of ./test printed.

    tools/count.py --one STAGE LOGS       seconds and counts of a stage, and what failed in it
    tools/count.py --all STAGE… LOGS      the sum; exits 1 if anything failed

What a failed test said when it panicked is printed too: a machine that nobody can enter shows no log files.

A stage counts by cargo's lines `test result: …`, else by its lines `test NAME ... ok`; one that has neither counts as
one check. A stage that ended badly without a failed test counts one failure more.
"""

import os
import re
import sys
from pathlib import Path

RESULT = re.compile(r"^test result: \w+\. (\d+) passed; (\d+) failed", re.M)
LINE = re.compile(r"^test (?!result:).+ \.\.\. (ok|FAILED)\b", re.M)
TAIL = 60
MESSAGE = 16
WIDTH = 1000


def counted(name: str, logs: Path) -> tuple[int, int, int, int]:
    """Passed, failed, seconds, exit code."""
    log = (logs / f"{name}.log").read_text(errors="replace")
    seconds, code = map(int, (logs / f"{name}.status").read_text().split())
    if results := RESULT.findall(log):
        passed, failed = sum(int(one[0]) for one in results), sum(int(one[1]) for one in results)
    else:
        ends = LINE.findall(log)
        passed, failed = ends.count("ok"), ends.count("FAILED")
    if code and not failed:
        failed = 1
    if not code and not passed + failed:
        passed = 1
    return passed, failed, seconds, code


def one(name: str, logs: Path) -> None:
    passed, failed, seconds, code = counted(name, logs)
    print(f"{passed:5} passed {failed:4} failed {seconds:5} s", flush=True)
    if (failed or code) and not os.environ.get("VERBOSE"):
        lines = (logs / f"{name}.log").read_text(errors="replace").splitlines()
        bad = [line for line in lines if re.match(r"^test .+ \.\.\. FAILED|^error(\[|:)", line)]
        shown = [*bad[:TAIL], *said(lines)[: 2 * TAIL], "      …", *lines[-TAIL:]]
        print("\n".join(f"      {line}" for line in shown), flush=True)


def said(lines: list[str]) -> list[str]:
    """The messages of panics, without their backtraces."""
    out: list[str] = []
    for at, line in enumerate(lines):
        if " panicked at " in line:
            rest = lines[at : at + MESSAGE]
            ends = (n for n, one in enumerate(rest) if n and re.match(r"stack backtrace:|note: run with|$", one))
            out += ["", *(one[:WIDTH] for one in rest[: next(ends, MESSAGE)])]
    return out


def everything(names: list[str], logs: Path) -> None:
    counts = [counted(name, logs) for name in names]
    failed = sum(one[1] for one in counts)
    print(f"\n{sum(one[2] for one in counts)} s in all")
    print(f"{sum(one[0] for one in counts)} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    how, *names, logs = sys.argv[1:]
    one(names[0], Path(logs)) if how == "--one" else everything(names, Path(logs))
