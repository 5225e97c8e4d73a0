"""A deployment made and served by the release binary, through nothing but the contract's command lines."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BINARY = Path(os.environ.get("VESTIBULE_BIN", ROOT / "target" / "release" / "vestibule")).resolve()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Child:
    """A process whose standard output is read line by line; stopped with the block it is used in."""

    def __init__(self, command: list[str], **options: object) -> None:
        self.lines: list[str] = []
        self.ended = False
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, **options)
        self.came = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self.process.stdout:
            with self.came:
                self.lines.append(line.rstrip("\n"))
                self.came.notify_all()
        with self.came:
            self.ended = True
            self.came.notify_all()

    def first_json(self, seconds: float = 30) -> dict:
        """The first line that is a JSON object."""
        found = lambda lines: [line for line in lines if line.startswith("{")]
        if not self.wait_for(lambda lines: bool(found(lines)), seconds):
            raise RuntimeError(f"{self.process.args[:3]} gave no line of JSON: {self.lines}")
        return json.loads(found(self.lines)[0])

    def wait_for(self, holds: Callable[[list[str]], bool], seconds: float) -> bool:
        """Until what was printed is enough, the process ends, or time is up."""
        until = time.monotonic() + seconds
        with self.came:
            while not holds(self.lines):
                left = until - time.monotonic()
                if left <= 0 or (self.process.poll() is not None and self.ended):
                    return False
                self.came.wait(min(left, 0.2))
        return True

    def stop(self, seconds: float = 15) -> int:
        """SIGTERM, and what it ends with; killed when that does not help."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode

    def __enter__(self) -> "Child":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def catcher_command(folder: Path, *more: str) -> tuple[list[str], dict[str, str]]:
    """How the mail server is started, with the library that ./test installed."""
    paths = [str(ROOT / "target/test-python"), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    return [sys.executable, str(ROOT / "tools/smtp_catcher.py"), str(folder), *more], environment


def catcher(folder: Path, port: int) -> Child:
    """A mail server without TLS on a fixed port; ready when this returns."""
    command, environment = catcher_command(folder, "--port", str(port))
    child = Child(command, env=environment)
    child.first_json()
    return child


class Catcher(Child):
    """The mail server that is not ours, over STARTTLS with a private CA."""

    def __init__(self, home: Path) -> None:
        self.folder, self.certificates = home / "mail", home / "ca"
        subprocess.run([ROOT / "tools/make_ca.sh", self.certificates, "localhost", "127.0.0.1"], check=True)
        files = ["--cert", str(self.certificates / "server.pem"), "--key", str(self.certificates / "server.key")]
        command, environment = catcher_command(self.folder, *files)
        super().__init__(command, env=environment)
        self.url = f"smtp://localhost:{self.first_json()['port']}?tls=required"

    def to(self, address: str, seconds: float = 10) -> list[dict]:
        """All mails to an address, waiting for the first."""
        until = time.monotonic() + seconds
        while True:
            mails = [json.loads(path.read_text()) for path in sorted(self.folder.glob("*.json"))]
            found = [one for one in mails if address in one["to"]]
            if found or time.monotonic() > until:
                return found
            time.sleep(0.05)


class Deployment:
    """One data folder, one database, one base URL."""

    def __init__(self, home: Path, database_url: str | None) -> None:
        self.home, self.data = home, home / "data"
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.common = ["--data", str(self.data)] + (["--database-url", database_url] if database_url else [])
        self.base_given = False

    def run(self, *arguments: str, **options: object) -> subprocess.CompletedProcess:
        """One command; the first of all names the base URL."""
        base = [] if self.base_given else ["--base-url", self.base]
        self.base_given = True
        command = [str(BINARY), *arguments, *self.common, *base, "--json"]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, **options)

    def json(self, *arguments: str) -> object:
        """One command that has to succeed, and the JSON it prints."""
        ran = self.run(*arguments)
        if ran.returncode:
            raise RuntimeError(f"vestibule {' '.join(arguments)}: {ran.returncode}\n{ran.stdout}{ran.stderr}")
        return json.loads(ran.stdout)

    def serve(self, smtp_url: str, ca: Path, *more: str) -> Child:
        """The server; ready when this returns."""
        command = [str(BINARY), "serve", *self.common, "--listen", f"127.0.0.1:{self.port}", "--base-url", self.base]
        command += ["--smtp-url", smtp_url, "--smtp-ca-file", str(ca), "--management-listen", "127.0.0.1:0"]
        command += ["--source-limit", "127.0.0.0/8=1000", "--json", *more]
        log = (self.home / "serve.log").open("a")
        child = Child(command, stderr=log)
        self.ready = child.first_json()
        self.management = f"http://{self.ready['management']}".replace("http://http://", "http://")
        return child

    def log(self) -> str:
        return (self.home / "serve.log").read_text()


def fetch(url: str, **headers: str) -> tuple[int, str]:
    """Status and body; redirects are not followed."""

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    opener = urllib.request.build_opener(Stay, urllib.request.ProxyHandler({}))
    try:
        with opener.open(urllib.request.Request(url, headers=headers), timeout=10) as answer:
            return answer.status, answer.read().decode(errors="replace")
    except urllib.error.HTTPError as answer:
        return answer.code, answer.read().decode(errors="replace")


def fresh_home(name: str) -> tempfile.TemporaryDirectory:
    return tempfile.TemporaryDirectory(prefix=f"vestibule-{name}-")


def fresh_postgres() -> str:
    """A new database on the server that ./test started, as a URL."""
    maintenance = os.environ["VESTIBULE_TEST_PG"]
    name = f"contract_{os.getpid()}_{time.monotonic_ns()}"
    psql = subprocess.run(["psql", "-qc", f'create database "{name}"', maintenance], capture_output=True, text=True)
    if psql.returncode:
        raise RuntimeError(psql.stderr)
    before, _, query = maintenance.partition("?")
    return f"{before.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")
