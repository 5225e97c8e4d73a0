#!/usr/bin/env python3
"""A sixth method as a test: a copy of the workspace is patched with a toy verifier, and its flows are played on both
databases; then beside the binary of this workspace as the older of two releases.

    tools/sixth/sixth.py [TEST…]

The copy lies in target/sixth. What was compiled of others' crates is taken along by hard links; of ours everything above
`core` is compiled again. `files/` are the toy's own files, `sixth.patch` is what it changes of ours, `release.patch` what
a release after this one would add to documents (CON-06).
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
COPY = ROOT / "target" / "sixth" / "workspace"
BUILT = ROOT / "target" / "sixth" / "build"
FEATURES = ["--workspace", "--locked", "--features", "vestibule-cli/postgres-tls"]
OURS = ("vestibule", "libvestibule")
MOST = 6
# The method, whose touched files are counted; documents of a release after this one.
PATCHES = ["sixth.patch", "release.patch"]


def copy_sources() -> None:
    shutil.rmtree(COPY, ignore_errors=True)
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, check=True, capture_output=True)
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (COPY / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, COPY / name)


def link_built() -> None:
    """Others' crates as they are compiled: files that no build of ours writes again."""
    debug = ROOT / "target" / "debug"
    for folder in ("deps", ".fingerprint", "build"):
        for path in sorted((debug / folder).rglob("*")) if (debug / folder).is_dir() else []:
            relative = path.relative_to(debug)
            target = BUILT / "debug" / relative
            if path.is_file() and not relative.parts[1].startswith(OURS) and not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                os.link(path, target)


def patch() -> list[str]:
    """Applies the toy; the files of ours that it touches."""
    shutil.copytree(HERE / "files", COPY, dirs_exist_ok=True)
    for name in PATCHES:
        command = ["git", "apply", "--unsafe-paths", "--directory", str(COPY.relative_to(ROOT)), "-"]
        subprocess.run(command, cwd=ROOT, input=(HERE / name).read_bytes(), check=True)
    text = (HERE / PATCHES[0]).read_text()
    return [line[6:] for line in text.splitlines() if line.startswith("+++ b/")]


def main() -> None:
    copy_sources()
    link_built()
    touched = patch()
    print(f"the patch touches {len(touched)} files: {', '.join(touched)}")
    if len(touched) > MOST:
        sys.exit(f"more than {MOST}")
    environment = {**os.environ, "CARGO_TARGET_DIR": str(BUILT), "VESTIBULE_OLDER": str(ROOT / "target/debug/vestibule")}
    # The contract's tests need the binary; with the features of a test run, so that nothing is compiled twice.
    subprocess.run(["cargo", "test", *FEATURES, "--no-run", "--test", "contract"], cwd=ROOT, check=True)
    ran = subprocess.run(["cargo", "test", *FEATURES, "--test", "sixth", "--", *sys.argv[1:]], cwd=COPY, env=environment, check=False)
    sys.exit(ran.returncode)


if __name__ == "__main__":
    main()
