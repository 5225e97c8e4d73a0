#!/usr/bin/env python3
"""The table requirement → tests, made from the tests that ran; fails where a listed requirement has none.

    tools/requirements.py LOG…

LOG holds what the stages printed (`test NAME ... ok`). A test cites a requirement in its name: `otp_14_…`, several in a
row as `otp_04_otp_05_…`, in the names of JavaScript tests `OTP-14`. A test that failed or was left out cites nothing.
Writes target/requirements.md; the list of what has to be there is tools/walk-a.ids.
"""

import re
import sys
from pathlib import Path

from report import Report

ROOT = Path(__file__).resolve().parent.parent
IDS = ROOT / "tools" / "walk-a.ids"
TABLE = ROOT / "target" / "requirements.md"
PREFIXES = "OTP|ADR|MAIL|HRD|FED|LNK|INV|SES|WEB|OID|CLA|TOK|KEY|ADM|TEN|MFA|PWD|WAN|AUD|SEC|DOS|CON|TIM|PRV|SUP"
RAN = re.compile(r"^test (?P<name>.+?)(?: - should panic)? \.\.\. (?P<end>ok|FAILED|ignored)", re.MULTILINE)
CITED = re.compile(rf"(?<![a-z])({PREFIXES})[_-](\d\d)(?!\d)", re.IGNORECASE)


def listed() -> dict[str, str]:
    """Id → what of it is open, in the order of the file."""
    found = {}
    for line in IDS.read_text().splitlines():
        if line and not line.startswith("#"):
            one, _, note = line.partition(" ")
            found[one] = note.strip().removeprefix("open:").strip()
    return found


def citations(log: str) -> dict[str, list[str]]:
    """Id → names of tests that passed and cite it."""
    found: dict[str, list[str]] = {}
    for ran in RAN.finditer(log):
        if ran["end"] == "ok":
            for prefix, number in CITED.findall(ran["name"]):
                names = found.setdefault(f"{prefix.upper()}-{number}", [])
                if ran["name"] not in names:
                    names.append(ran["name"])
    return found


def grouped(names: list[str]) -> list[str]:
    """The plays of one flow (`flow::sqlite`, `flow::postgres` …) as one entry."""
    flows: dict[str, list[str]] = {}
    for name in names:
        flow, _, stage = name.rpartition("::")
        if stage in ("sqlite", "postgres", "chromium", "chromium_noscript", "chromium_postgres"):
            flows.setdefault(flow, []).append(stage)
        else:
            flows.setdefault(name, [])
    return [f"`{flow}` ({', '.join(stages)})" if stages else f"`{flow}`" for flow, stages in flows.items()]


def table(cited: dict[str, list[str]]) -> str:
    lines = ["# Requirements and the tests that ran", "", "Made by `tools/requirements.py`.", ""]
    lines += ["| Id | Tests | Open |", "| --- | --- | --- |"]
    wanted = listed()
    others = sorted(set(cited) - set(wanted))
    for one in [*wanted, *others]:
        tests = "<br>".join(grouped(cited.get(one, []))) or "**none**"
        lines.append(f"| {one} | {tests} | {wanted.get(one, '(not asked of walk A)')} |")
    return "\n".join(lines) + "\n"


def self_check(report: Report) -> None:
    log = "\n".join(
        [
            "test flows::otp_04_otp_05_counts::sqlite ... ok",
            "test flows::otp_04_otp_05_counts::postgres ... ok",
            "test js::sqlite::web OTP-14 once ... ok",
            "test sup_02_a ... FAILED",
            "test token_11_x ... ok",
            "test otp_16_x - should panic ... ok",
            "test otp_17_x ... ignored",
        ]
    )
    found = citations(log)
    wrong = [] if sorted(found) == ["OTP-04", "OTP-05", "OTP-14", "OTP-16"] else [f"read {found}"]
    if len(grouped(found["OTP-04"])) != 1:
        wrong.append("the plays of one flow are not one entry")
    report.found("citations_are_read_from_names", wrong)


def main() -> None:
    report = Report("requirements")
    log = "\n".join(Path(name).read_text(errors="replace") for name in sys.argv[1:])
    cited = citations(log)
    TABLE.parent.mkdir(exist_ok=True)
    TABLE.write_text(table(cited))
    self_check(report)
    bare = [one for one in listed() if one not in cited]
    report.found("each_has_a_test_that_ran", [f"{one}: no test that ran cites it" for one in bare])
    print(f"{len(listed()) - len(bare)} of {len(listed())} requirements of walk A have a test; see target/requirements.md")
    report.end()


if __name__ == "__main__":
    main()
