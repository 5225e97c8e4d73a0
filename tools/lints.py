#!/usr/bin/env python3
"""Proves that what the lints forbid is really refused: a fixture crate with each forbidden form, under our own rules."""

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

from report import Report

ROOT = Path(__file__).resolve().parent.parent
FIXTURE = ROOT / "target" / "lint-fixture"

# Name of the test → the form, and the lint that has to answer.
FORMS = {
    "sec_03_unsafe": ("pub fn f(p: *const u8) -> u8 { unsafe { *p } }", "unsafe_code"),
    "sec_03_unwrap": ("pub fn f(x: Option<u8>) -> u8 { x.unwrap() }", "clippy::unwrap_used"),
    "sec_03_expect": ('pub fn f(x: Option<u8>) -> u8 { x.expect("x") }', "clippy::expect_used"),
    "sec_03_panic": ('pub fn f() { panic!("x") }', "clippy::panic"),
    "sec_03_indexing": ("pub fn f(x: &[u8]) -> u8 { x[0] }", "clippy::indexing_slicing"),
    "sec_03_string_slice": ("pub fn f(x: &str) -> &str { &x[1..] }", "clippy::string_slice"),
    "sec_03_narrowing": ("pub fn f(x: u64) -> u8 { x as u8 }", "clippy::cast_possible_truncation"),
    "ambient_time": ("pub fn f() -> std::time::SystemTime { std::time::SystemTime::now() }", "clippy::disallowed_methods"),
    "ambient_settings": ('pub fn f() -> bool { std::env::var("X").is_ok() }', "clippy::disallowed_methods"),
    "statics": ("pub type F = std::sync::OnceLock<u8>;", "clippy::disallowed_types"),
    "printing": ('pub fn f() { println!("x") }', "clippy::print_stdout"),
}
# Bans of methods from other crates are read from clippy.toml: name of the test → path.
BANS = {
    "key_08_decode_in_one_place": "jsonwebtoken::decode",
    "key_07_only_the_signer_signs": "jsonwebtoken::encode",
    "otp_01_randomness_is_passed_in": "ring::rand::SystemRandom::new",
    "adr_04_no_unchecked_address": "lettre::Address::new_dangerous",
    "mail_05_web_13_no_connection_info": "actix_web::HttpRequest::connection_info",
    "mail_05_no_full_url": "actix_web::HttpRequest::full_url",
}


def fixture() -> dict[str, set[str]]:
    """Lint → functions' modules that it answered for."""
    shutil.rmtree(FIXTURE, ignore_errors=True)
    (FIXTURE / "src").mkdir(parents=True)
    lints = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["lints"]
    tables = "\n".join(
        f"[lints.{tool}]\n" + "\n".join(f"{name} = {toml(value)}" for name, value in table.items())
        for tool, table in lints.items()
    )
    manifest = '[package]\nname = "lint-fixture"\nversion = "0.0.0"\nedition = "2024"\n[workspace]\n'
    (FIXTURE / "Cargo.toml").write_text(manifest + tables)
    # Without the bans of crates that the fixture does not have.
    bans = re.sub(r'(?m)^.*path = "(?!std::).*\n', "", (ROOT / "clippy.toml").read_text())
    (FIXTURE / "clippy.toml").write_text(bans)
    # A crate that forbids unsafe code does not go further than that: one crate root per form.
    answers: dict[str, set[str]] = {}
    for name, (code, _) in FORMS.items():
        (FIXTURE / "src" / "lib.rs").write_text(f"//! x\n/// x\n{code}\n")
        answers[name] = lints_of(FIXTURE)
    shutil.rmtree(FIXTURE)
    return answers


def toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {toml(one)}" for name, one in value.items()) + " }"
    return json.dumps(value)


def lints_of(folder: Path) -> set[str]:
    command = ["cargo", "clippy", "--offline", "--quiet", "--message-format=json", "--", "-D", "warnings"]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    messages = [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]
    said = [one["message"] for one in messages if one["reason"] == "compiler-message"]
    return {one["code"]["code"] for one in said if one["code"] and one["level"] == "error"}


def main() -> None:
    report = Report("lints")
    answers = fixture()
    for name, (_, lint) in FORMS.items():
        report.found(f"{name}_is_refused", [] if lint in answers[name] else [f"{lint} said nothing; said: {answers[name]}"])
    banned = {one["path"] for one in tomllib.loads((ROOT / "clippy.toml").read_text())["disallowed-methods"]}
    for name, path in BANS.items():
        report.found(name, [] if path in banned else [f"{path} is not in clippy.toml"])
    manifests = list(ROOT.glob("crates/*/Cargo.toml")) + list(ROOT.glob("examples/*/Cargo.toml"))
    loose = [str(one.relative_to(ROOT)) for one in manifests if not tomllib.loads(one.read_text()).get("lints", {}).get("workspace")]
    report.found("sec_03_every_crate_takes_the_rules", loose)
    release = tomllib.loads((ROOT / "Cargo.toml").read_text())["profile"]["release"]
    wrong = [] if release.get("overflow-checks") and release.get("panic", "unwind") == "unwind" else [release]
    report.found("sec_03_overflow_checks_and_unwinding_in_release", wrong)
    report.end()


if __name__ == "__main__":
    main()
