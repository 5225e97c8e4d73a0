#!/usr/bin/env python3
"""The release binary, by the contract's own command lines, on SQLite and PostgreSQL, with openid-client as relying party.

    tools/run_contract.py [sqlite] [postgres]
"""

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

from contract import ROOT, Catcher, Deployment, fetch, fresh_home, fresh_postgres
from report import Report, expect

GUESTS = ["ann@guest.test", "ben@guest.test", "cleo@guest.test", "dora@guest.test"]
APPLICATION = "http://127.0.0.1:9/cb"
SIGNED_OUT = "http://127.0.0.1:9/out"


class Walk:
    """All checks of one database, in the order in which an operator meets them."""

    def __init__(self, name: str, home: Path, database_url: str | None) -> None:
        self.name, self.home = name, home
        self.report = Report(f"contract::{name}")
        self.d = Deployment(home, database_url)
        self.apps: dict[str, dict] = {}

    def first_commands(self) -> None:
        self.tenant = self.d.json("tenant", "create", "Alpha Works", "--domain", "alpha.test", "--admin", "admin@alpha.test")
        expect(self.tenant["issuer"] == f"{self.d.base}/{self.tenant['id']}/v2.0", self.tenant)
        expect("alpha.test" in str(self.tenant["domains"]), self.tenant)
        for kind, more in {
            "basic": [],
            "post_es256": ["--alg", "ES256"],
            "spa": ["--type", "spa"],
        }.items():
            given = ["--redirect-uri", APPLICATION, "--post-logout-redirect-uri", SIGNED_OUT]
            app = self.d.json("app", "create", "--tenant", self.tenant["id"], "--name", kind, *given, *more)
            expect(bool(app.get("clientSecret")) == (kind != "spa"), app)
            self.apps[kind] = app
        invited = self.d.json("invite", *GUESTS, "--tenant", "alpha.test", "--no-mail")
        expect([one["status"] for one in invited] == ["PendingAcceptance"] * len(GUESTS), invited)
        expect(all(one["inviteRedeemUrl"].startswith(self.d.base) for one in invited), invited)
        expect(all(one["invitedUser"]["id"] for one in invited), invited)

    def files_are_private(self) -> None:
        loose = [f"{path}: {path.stat().st_mode & 0o777:o}" for path in self.d.data.rglob("*") if path.is_file() and path.stat().st_mode & 0o077]
        expect(not loose, loose)

    def another_base_url(self) -> None:
        ran = self.d.run("guest", "list", "--tenant", self.tenant["id"], "--base-url", "http://127.0.0.1:1")
        expect(ran.returncode != 0, "another base URL was taken")
        expect("vestibule deployment set-base-url" in ran.stdout + ran.stderr, ran)

    def management(self) -> None:
        for path in ("/healthz", "/readyz", "/metrics"):
            expect(fetch(self.d.management + path)[0] == 200, f"{path} on the management listener")
            expect(fetch(self.d.base + path)[0] == 404, f"{path} on the public listener")

    def relying_party(self, kind: str, guest: str) -> None:
        app = self.apps[kind]
        environment = {
            "LABEL": f"{self.name}::{kind}",
            "ISSUER": self.tenant["issuer"],
            "CLIENT_ID": app["clientId"],
            "CLIENT_SECRET": app.get("clientSecret") or "",
            "CLIENT_AUTH": {"basic": "basic", "post_es256": "post", "spa": "none"}[kind],
            "ALG": "ES256" if kind == "post_es256" else "RS256",
            "REDIRECT_URI": APPLICATION,
            "POST_LOGOUT_URI": SIGNED_OUT,
            "ADDRESS": guest,
            "MAILDIR": str(self.mail.folder),
        }
        ran = subprocess.run(["node", ROOT / "tests-js/rp.mjs"], env={**os.environ, **environment}, check=False, timeout=120)
        self.report.failed += ran.returncode != 0

    def code_mail(self) -> None:
        mail = self.mail.to(GUESTS[0])[0]
        expect(mail["tls"], "the mail came outside TLS")
        expect(mail["type"] == "multipart/alternative" and not mail["defects"], mail)
        expect(not re.search(r"\d{4}", mail["subject"]), mail["subject"])
        code = re.search(r"^\s*(\d{8})\s*$", mail["text"], re.M).group(1)
        bare = re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<(style|head)\b.*?</\1>", " ", mail["html"]))
        expect(code in re.sub(r"\s", "", bare), "the HTML part has another code")
        expect(not re.search(r"(?:src|background)\s*=\s*[\"']?http", mail["html"]), "the HTML part loads something")

    def refused_address(self) -> None:
        self.d.json("invite", "refused@guest.test", "--tenant", "alpha.test")
        until = time.monotonic() + 10
        while time.monotonic() < until:
            queue = self.d.json("mail", "queue")
            if any("5.1.1" in str(row.get("reason")) for row in queue):
                return
            time.sleep(0.1)
        expect(False, queue)

    def mailed_invitation(self) -> None:
        told = self.d.json("invite", "edda@guest.test", "--tenant", "alpha.test")
        mail = self.mail.to("edda@guest.test")[0]
        expect(told[0]["inviteRedeemUrl"] in mail["text"], mail["text"])

    def authorize(self, kind: str = "basic") -> tuple[int, str]:
        query = f"client_id={self.apps[kind]['clientId']}&redirect_uri={quote(APPLICATION)}&response_type=code"
        query += "&scope=openid&code_challenge=" + "x" * 43 + "&code_challenge_method=S256"
        status, body = fetch(f"{self.d.base}/{self.tenant['id']}/oauth2/v2.0/authorize?{query}")
        return status, body

    def changes_hold_at_once(self) -> None:
        client = ["app", "set", self.apps["basic"]["clientId"], "--tenant", "alpha.test"]
        expect(self.authorize()[0] in (200, 303), "the application works")
        for _ in range(5):
            self.d.json(*client, "--disable")
            expect(self.authorize()[0] == 400, "a disabled application is answered")
            self.d.json(*client, "--enable")
            self.d.json(*client, "--remove-redirect-uri", APPLICATION)
            expect(self.authorize()[0] == 400, "a redirect URI that was removed is taken")
            self.d.json(*client, "--add-redirect-uri", APPLICATION)
            expect(self.authorize()[0] in (200, 303), "the application works again")

    def policy(self) -> None:
        self.d.json("policy", "set", "--tenant", "alpha.test", "otp=off")
        shown = self.d.json("policy", "show", "--tenant", "alpha.test")
        expect(shown["otp"] == "off", shown)
        self.d.json("policy", "set", "--tenant", "alpha.test", "otp=on")

    def lists(self) -> None:
        guests = self.d.json("guest", "list", "--tenant", "alpha.test")
        expect(isinstance(guests, list) and len(guests) >= len(GUESTS), guests)
        self.d.json("guest", "block", GUESTS[3], "--tenant", "alpha.test")
        shown = self.d.json("guest", "show", GUESTS[3], "--tenant", "alpha.test")
        expect(shown["accountEnabled"] is False, shown)
        self.d.json("guest", "unblock", GUESTS[3], "--tenant", "alpha.test")
        shown = self.d.json("guest", "show", GUESTS[3], "--tenant", "alpha.test")
        expect(shown["accountEnabled"] is True, shown)
        rows = self.d.json("logs", "signin", "--tenant", "alpha.test")
        expect(isinstance(rows, list) and rows, "the sign-ins are logged")
        told = self.d.json("hrd", "explain", GUESTS[0], "--tenant", "alpha.test")
        steps = [one["step"] for one in told["trail"]]
        expect(steps == ["federated", "organization", "account", "passcode"], told)

    def keys(self) -> None:
        jwks = f"{self.d.base}/{self.tenant['id']}/discovery/v2.0/keys"
        before = fetch(jwks)[1].count('"kid"')
        self.d.json("keys", "rotate")
        time.sleep(1.1)
        expect(fetch(jwks)[1].count('"kid"') > before, "the new key is published")

    def no_code_in_the_log(self) -> None:
        codes = {m.group(1) for guest in GUESTS for mail in self.mail.to(guest, 0) for m in re.finditer(r"^\s*(\d{8})\s*$", mail["text"], re.M)}
        expect(codes and not [code for code in codes if code in self.d.log()], "a code stands in the log")

    def play(self) -> int:
        check = self.report.check
        if not check("tenants applications and guests by command line", self.first_commands):
            return self.report.failed
        if self.name == "sqlite":
            check("files are private SEC-05", self.files_are_private)
        check("another base URL is refused and told how", self.another_base_url)
        with Catcher(self.home) as self.mail:
            ca = self.mail.certificates / "ca.pem"
            try:
                server = self.d.serve(self.mail.url, ca)
            except RuntimeError as error:
                self.report.found("serve is ready", [error, self.d.log()[-2000:]])
                return self.report.failed
            with server:
                check("management listener SEC-06", self.management)
                for kind, guest in zip(self.apps, GUESTS, strict=False):
                    self.relying_party(kind, guest)
                check("the code mail over STARTTLS OTP-21", self.code_mail)
                check("an invitation by mail", self.mailed_invitation)
                check("a refused address shows as such", self.refused_address)
                check("changes by command line hold on the next request", self.changes_hold_at_once)
                check("policy", self.policy)
                check("lists", self.lists)
                check("rotated keys are published", self.keys)
                check("no code in the log", self.no_code_in_the_log)
                check("SIGTERM ends it in order", lambda: expect(server.stop() == 0, server.process.returncode))
            check("it starts again on the same data", lambda: self.again(ca))
        return self.report.failed

    def again(self, ca: Path) -> None:
        with self.d.serve(self.mail.url, ca):
            expect(fetch(f"{self.tenant['issuer']}/.well-known/openid-configuration")[0] == 200, "discovery")


def main() -> None:
    failed = 0
    for name in sys.argv[1:] or ["sqlite", "postgres"]:
        with fresh_home(name) as home:
            url = fresh_postgres() if name == "postgres" else None
            failed += Walk(name, Path(home), url).play()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
