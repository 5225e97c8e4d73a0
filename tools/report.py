"""One way to say what a check found: the lines that `cargo test` prints, so that one parser counts all of them."""

import sys
import traceback
from collections.abc import Callable, Iterable


class Report:
    """Prints `test NAME ... ok` or `FAILED` for each check and remembers whether any failed."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self.failed = 0

    def check(self, name: str, test: Callable[[], object]) -> bool:
        """Runs `test`; an exception, or a non-empty list of complaints, is a failure."""
        try:
            complaints = test()
        except AssertionError as failure:
            complaints = [failure]
        except Exception:
            complaints = [traceback.format_exc()]
        return self.found(name, complaints if isinstance(complaints, list) else [])

    def found(self, name: str, complaints: Iterable[object]) -> bool:
        """Reports a check whose complaints are known."""
        complaints = list(complaints)
        print(f"test {self.prefix}::{name} ... {'FAILED' if complaints else 'ok'}", flush=True)
        for complaint in complaints:
            print(f"    {complaint}", flush=True)
        self.failed += bool(complaints)
        return not complaints

    def end(self) -> None:
        """Leaves the program, with 1 if anything failed."""
        sys.exit(1 if self.failed else 0)


def expect(holds: object, message: object) -> None:
    """Fails the running check with `message` unless `holds`."""
    if not holds:
        raise AssertionError(str(message))
