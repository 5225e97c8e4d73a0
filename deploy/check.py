#!/usr/bin/env python3
"""What can be known of Dockerfile and docker-compose.yml without a container engine.

    deploy/check.py        with the release binary, or that of VESTIBULE_BIN

Parses the compose file, checks what every service must be (SEC-07), that no secret stands in it (KEY-10), that every
flag and variable exists, and runs what can run here: the two scripts of deploy/compose, a node with the file's own
command line, its health check, nginx's own check of its file and `docker compose config` where these programs are there.
Needs PyYAML (from the system or target/test-python).
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "target" / "test-python")]

from contract import BINARY, Child, fetch, free_port  # noqa: E402
from report import Report, expect  # noqa: E402

import yaml  # noqa: E402

COMPOSE = ROOT / "docker-compose.yml"
DEPLOY = ROOT / "deploy" / "compose"
SERVICES: dict = yaml.safe_load(COMPOSE.read_text())["services"]
NODES = ("node1", "node2")


def clean() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("VESTIBULE_")}


def run(*command: object, **more: object) -> subprocess.CompletedProcess:
    environment = {**clean(), **more.pop("env", {})}
    return subprocess.run([str(one) for one in command], capture_output=True, text=True, timeout=120, env=environment, **more)


def help_of(*command: str) -> str:
    return run(BINARY, *command, "--help", check=True).stdout


# ── What every service must be ──


def unprivileged() -> list[str]:
    complaints = []
    for name, service in SERVICES.items():
        user = str(service.get("user", ""))
        if not re.fullmatch(r"[1-9]\d*(:\d+)?", user):
            complaints.append(f"{name} runs as {user or 'whoever the image says'}")
        if service.get("read_only") is not True:
            complaints.append(f"{name} can write to its root file system")
        if service.get("cap_drop") != ["ALL"]:
            complaints.append(f"{name} keeps capabilities")
        if service.get("privileged") or "no-new-privileges:true" not in service.get("security_opt", []):
            complaints.append(f"{name} may gain privileges")
        for port in service.get("ports", []):
            if not str(port).startswith("127.0.0.1:"):
                complaints.append(f"{name} publishes {port} to the network")
    return complaints


def no_secrets() -> list[str]:
    """Neither in the compose file nor beside it: keys, passwords, long random strings."""
    complaints = []
    for path in [COMPOSE, ROOT / "Dockerfile", *DEPLOY.iterdir()]:
        text = path.read_text()
        complaints += [f"{path.name}: {word}" for word in re.findall(r"\b[0-9a-fA-F]{32,}\b", text)]
        complaints += [f"{path.name}: {word}" for word in re.findall(r"://[^/\s:@]+:[^/\s@]+@", text)]
        complaints += [f"{path.name}: {word}" for word in re.findall(r"(?i)password: *\S+", text)]
    return complaints


def volumes() -> list[str]:
    """Every named volume is declared, every bind mount is there, and only `init` writes keys."""
    declared = set(yaml.safe_load(COMPOSE.read_text())["volumes"])
    complaints = []
    for name, service in SERVICES.items():
        for volume in service.get("volumes", []):
            where, *rest = volume.split(":")
            if where.startswith("./"):
                if not (ROOT / where).exists():
                    complaints.append(f"{name}: {where} is not there")
            elif where not in declared:
                complaints.append(f"{name}: no volume {where}")
            if where in ("keys", "tls") and rest[-1] != "ro" and name not in ("init", "certificates"):
                complaints.append(f"{name} can write to {where}")
    if any("keys:" in volume for volume in SERVICES["portal"]["volumes"]):
        complaints.append("the sample application sees the root key")
    return complaints


# ── Flags and variables ──


def flags_of_serve() -> list[str]:
    known = set(re.findall(r"--[a-z-]+", help_of("serve")))
    return [flag for node in NODES for flag in SERVICES[node]["command"] if flag.startswith("--") and flag not in known]


def variables() -> list[str]:
    known = set(re.findall(r"VESTIBULE_\w+", help_of("serve")))
    portal = set(re.findall(r'env = "(PORTAL_\w+)"', (ROOT / "examples/portal/src/main.rs").read_text()))
    complaints = []
    for name, service in SERVICES.items():
        for variable in service.get("environment") or {}:
            if variable.startswith("VESTIBULE_") and variable not in known:
                complaints.append(f"{name}: {variable}")
            if name == "portal" and variable.startswith("PORTAL_") and variable not in portal:
                complaints.append(f"{name}: {variable}")
    image = re.findall(r"(VESTIBULE_\w+)=", (ROOT / "Dockerfile").read_text())
    return complaints + [f"Dockerfile: {one}" for one in image if one not in known]


def flags_of_the_script() -> list[str]:
    text = (DEPLOY / "init.sh").read_text().replace("\\\n", " ")
    complaints = []
    for line in re.findall(r"\bvestibule ((?:\w+ )*\w+ [^>;|\n]*)", text):
        words = shlex.split(line)
        command = [words[0]] if words[0] == "invite" else words[:2]
        known = set(re.findall(r"--[a-z-]+", help_of(*command)))
        complaints += [f"{' '.join(command)} {one}" for one in words if one.startswith("--") and one not in known]
    return complaints


def image() -> None:
    text = (ROOT / "Dockerfile").read_text()
    expect("--features vestibule-cli/postgres-tls" in text, "built without postgres-tls")
    last = text[text.rindex("\nFROM ") :]
    expect(re.search(r"^USER [1-9]\d*:[1-9]\d*$", last, re.M), "the image runs as root")
    expect("libssl3" in last and "ca-certificates" in last, "libraries are missing at run time")
    rust = re.search(r'^rust-version = "([\d.]+)"', (ROOT / "Cargo.toml").read_text(), re.M)[1]
    builder = re.search(r"^FROM rust:([\d.]+)", text, re.M)[1]
    expect([int(n) for n in builder.split(".")] >= [int(n) for n in rust.split(".")], f"rust {builder} is too old for {rust}")
    for name in re.findall(r"^!(\S+)", (ROOT / ".dockerignore").read_text(), re.M):
        expect((ROOT / name).exists(), f".dockerignore names {name}, which is not there")
    for path in re.findall(r"/shared/\w+", COMPOSE.read_text()):
        expect(path in last, f"{path} is no mount point of the image")


def one_issuer() -> None:
    """The application's issuer is that of the tenant which `init` makes."""
    tenant = SERVICES["init"]["environment"]["TENANT_ID"]
    base = SERVICES["init"]["environment"]["VESTIBULE_BASE_URL"]
    expect(SERVICES["portal"]["environment"]["PORTAL_ISSUER"] == f"{base}/{tenant}/v2.0", "another issuer")
    expect(SERVICES["portal"]["environment"]["PORTAL_CLIENT_ID"] in (DEPLOY / "init.sh").read_text(), "another client id")
    url = SERVICES["node1"]["environment"]["VESTIBULE_DATABASE_URL"]
    expect("sslmode=verify-full" in url and "sslrootcert=/shared/tls/ca.pem" in url, url)


# ── What runs here ──


class Place:
    """The volumes of the compose file as folders, SQLite in place of PostgreSQL."""

    def __init__(self, home: Path) -> None:
        self.home = home
        for name in ("tls", "keys", "portal", "bin"):
            (home / name).mkdir()
        (home / "bin" / "vestibule").symlink_to(BINARY)
        given = SERVICES["init"]["environment"]
        self.port, self.management = free_port(), free_port()
        self.environment = {
            **given,
            "PATH": f"{home / 'bin'}:{os.environ['PATH']}",
            "VESTIBULE_BASE_URL": f"http://localhost:{self.port}",
            "VESTIBULE_DATABASE_URL": f"sqlite:{home / 'vestibule.db'}",
            "VESTIBULE_ROOT_KEY_FILE": str(home / "keys" / "root.key"),
            "TLS": str(home / "tls"),
            "KEYS": str(home / "keys"),
            "PORTAL": str(home / "portal"),
        }

    def certificates(self) -> None:
        tls = self.home / "tls"
        ran = run("bash", DEPLOY / "certificates.sh", tls)
        expect(ran.returncode == 0, ran)
        verified = run("openssl", "verify", "-CAfile", tls / "ca.pem", "-verify_hostname", "postgres", tls / "server.pem")
        expect(verified.returncode == 0, verified)
        modes = {path.name: path.stat().st_mode & 0o777 for path in tls.iterdir()}
        expect(modes["server.key"] == 0o600 and not modes["password"] & 0o007, modes)
        expect("ca.key" not in modes and len(modes) == 4, modes)
        before = (tls / "password").read_text()
        expect(run("bash", DEPLOY / "certificates.sh", tls).returncode == 0, "the second run fails")
        expect((tls / "password").read_text() == before, "the second run makes another password")

    def first_commands(self) -> None:
        for time_ in ("first", "second"):
            ran = run("bash", DEPLOY / "init.sh", env=self.environment)
            expect(ran.returncode == 0, f"{time_} run: {ran.stdout}{ran.stderr}")
        secret = (self.home / "portal" / "secret").read_text().strip()
        expect(len(secret) == 43, "the application's secret is not in its file")
        expect(not (self.home / "portal" / "registered").exists(), "the secret stands twice")
        for path in ("keys/pgpass", "keys/root.key", "portal/secret"):
            expect((self.home / path).stat().st_mode & 0o077 == 0, f"others may read {path}")
        guests = run(BINARY, "guest", "list", "--tenant", "fabrikam.example", env=self.environment)
        expect(guests.stdout.count("PendingAcceptance") == 2, guests)

    def node(self) -> None:
        command = [str(BINARY), *SERVICES["node1"]["command"], "--json"]
        listen = {"VESTIBULE_LISTEN": f"127.0.0.1:{self.port}", "VESTIBULE_MANAGEMENT_LISTEN": f"127.0.0.1:{self.management}"}
        with Child(command, env={**clean(), **self.environment, **listen}) as server:
            server.first_json()
            tenant = self.environment["TENANT_ID"]
            status, body = fetch(f"http://localhost:{self.port}/{tenant}/v2.0/.well-known/openid-configuration")
            expect(status == 200 and f"http://localhost:{self.port}/{tenant}/v2.0" in body, body)
            query = "client_id=project-portal&response_type=code&scope=openid&code_challenge_method=S256"
            query += f"&code_challenge={'A' * 43}&redirect_uri={self.environment['PORTAL_URL']}/signin/callback"
            status, body = fetch(f"http://localhost:{self.port}/{tenant}/oauth2/v2.0/authorize?{query}")
            expect(status == 303, f"the application is answered with {status}: {body[:500]}")
            expect(self.healthy() == 0, "a healthy node counts as sick")
            expect(server.stop() == 0, "SIGTERM")
        expect(self.healthy() != 0, "a node that is gone counts as healthy")

    def healthy(self) -> int:
        _, *command = SERVICES["node1"]["healthcheck"]["test"]
        time.sleep(0.1)
        return run(*[word.replace("8081", str(self.management)) for word in command]).returncode


def nginx() -> None:
    program = os.environ.get("NGINX") or shutil.which("nginx") or "/usr/sbin/nginx"
    if not Path(program).exists():
        print("    nginx is not here: its file is only read")
        return
    with tempfile.TemporaryDirectory() as home:
        file = Path(home) / "nginx.conf"
        file.write_text((DEPLOY / "nginx.conf").read_text().replace("node1:", "127.0.0.1:").replace("node2:", "127.0.0.2:"))
        ran = run(program, "-t", "-e", "/dev/stderr", "-c", file)
        expect(ran.returncode == 0, ran.stderr)


def engine() -> None:
    if not shutil.which("docker") or run("docker", "compose", "version").returncode:
        print("    docker compose is not here: the file is only parsed")
        return
    ran = run("docker", "compose", "-f", COMPOSE, "config", "--quiet")
    expect(ran.returncode == 0, ran.stderr)


def main() -> None:
    report = Report("deploy")
    report.check("sec_07_every_service_is_unprivileged", unprivileged)
    report.check("key_10_no_secret_is_shipped", no_secrets)
    report.check("volumes_and_who_writes_them", volumes)
    report.check("flags_of_the_nodes", flags_of_serve)
    report.check("flags_of_the_first_commands", flags_of_the_script)
    report.check("variables", variables)
    report.check("the_image", image)
    report.check("issuer_and_client_id_agree", one_issuer)
    report.check("nginx_takes_its_file", nginx)
    report.check("docker_compose_takes_the_file", engine)
    with tempfile.TemporaryDirectory(prefix="vestibule-deploy-") as home:
        place = Place(Path(home))
        report.check("certificates", place.certificates)
        report.check("first_commands_twice", place.first_commands)
        report.check("a_node_and_its_health_check", place.node)
    report.end()


if __name__ == "__main__":
    main()
