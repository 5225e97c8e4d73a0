#!/usr/bin/env python3
"""What must be true of the release binary itself, before anybody signs in."""

import re
import subprocess
from pathlib import Path

from contract import BINARY, ROOT, fresh_home
from report import Report, expect

# Names of what exists for tests only (SEC-04). None of them may stand in the binary that people run.
MARKERS = [b"FakeClock", b"SeededRandom", b"vestibule_testkit", b"vestibule_smtpsink", b"VESTIBULE_TEST_PG", b"vestibule_template_"]
SYSTEM = re.compile(r"^(linux-vdso|libc|libm|libgcc_s|libdl|libpthread|librt|ld-linux)\b|/ld-linux")


def markers() -> list[str]:
    body = BINARY.read_bytes()
    return [marker.decode() for marker in MARKERS if marker in body]


def tree() -> list[str]:
    """Test crates and test features in what the binary is built from."""
    command = ["cargo", "tree", "--locked", "-p", "vestibule-cli", "-e", "normal,features", "--prefix", "none"]
    lines = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [line for line in lines if re.match(r'vestibule-(testkit|smtpsink)\b|vestibule-\w+ feature "test', line)]


def libraries() -> list[str]:
    listed = subprocess.run(["ldd", BINARY], capture_output=True, text=True, check=True).stdout
    names = [line.split()[0] for line in listed.splitlines() if line.strip()]
    return [name for name in names if not SYSTEM.search(name)]


def run(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([BINARY, *arguments], capture_output=True, text=True, timeout=30)


def refuses(home: Path, needle: str, *arguments: str) -> None:
    """The command fails, says why in words that contain `needle`, and does not panic."""
    ran = run(*arguments, "--data", str(home))
    said = ran.stdout + ran.stderr
    expect(ran.returncode not in (0, 101), f"{arguments} ended with {ran.returncode}: {said}")
    expect(needle.lower() in said.lower(), f"{arguments} said {said!r}, without {needle!r}")


def loose_key(home: Path) -> None:
    created = run("tenant", "create", "A", "--domain", "a.test", "--data", str(home), "--json")
    expect(created.returncode == 0, created)
    keys = [path for path in home.iterdir() if "key" in path.name]
    expect(keys, f"no root key in {list(home.iterdir())}")
    keys[0].chmod(0o644)
    refuses(home, keys[0].name, "guest", "list", "--tenant", "a.test")


def main() -> None:
    report = Report("release")
    report.check("sec_04_no_test_code_in_the_binary", markers)
    report.check("sec_04_no_test_crate_or_feature_in_the_build", tree)
    report.check("no_system_library_but_c", libraries)
    report.check("help_for_each_command", lambda: expect("serve" in run("--help").stdout, run("--help")))
    serve = ["serve", "--listen", "127.0.0.1:0", "--smtp-url", "smtp://127.0.0.1:9"]
    with fresh_home("release") as name:
        home = Path(name)
        report.check("sec_01_a_root_key_that_others_can_read", lambda: loose_key(home / "a"))
        report.check("sec_02_http_outside_loopback", lambda: refuses(home / "b", "https", *serve, "--base-url", "http://192.0.2.1"))
        remote = ["--database-url", "postgres://x@192.0.2.1/x?sslmode=verify-full"]
        report.check("sec_05_remote_postgres_needs_the_feature", lambda: refuses(home / "c", "postgres-tls", *serve, *remote))
        plain = ["--base-url", "https://id.example", "--smtp-url", "smtp://mail.example?tls=none"]
        report.check("sec_02_mail_in_plaintext", lambda: refuses(home / "d", "smtp", "serve", "--listen", "127.0.0.1:0", *plain))
    report.end()


if __name__ == "__main__":
    main()
