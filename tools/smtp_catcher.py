#!/usr/bin/env python3
"""A mail server that is not ours (aiosmtpd): takes mail, writes each message as JSON and as it came into a folder.

    tools/smtp_catcher.py FOLDER [--port PORT] [--cert CERT --key KEY]    with a certificate, mail is taken over STARTTLS only

Prints one line {"port": …} when it listens. A recipient whose local part begins with `refused` is refused for good
(550), one that begins with `later` for now (451).
"""

import argparse
import asyncio
import email
import email.policy
import json
import signal
import ssl
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session


class Catcher:
    """The handler of all sessions."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.count = 0

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list) -> str:
        if address.startswith("refused"):
            return f"550 5.1.1 <{address}>: no such user here"
        if address.startswith("later"):
            return f"451 4.7.1 <{address}>: greylisted, try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.count += 1
        raw = envelope.content if isinstance(envelope.content, bytes) else envelope.content.encode()
        message = email.message_from_bytes(raw, policy=email.policy.default)
        parts = {kind: message.get_body((kind,)) for kind in ("plain", "html")}
        told = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "tls": session.ssl is not None,
            "subject": str(message["Subject"] or ""),
            "headers": [[name, str(value)] for name, value in message.items()],
            "defects": [str(defect) for part in message.walk() for defect in part.defects],
            "type": message.get_content_type(),
            "text": parts["plain"].get_content() if parts["plain"] else "",
            "html": parts["html"].get_content() if parts["html"] else "",
        }
        name = self.folder / f"{self.count:06}"
        name.with_suffix(".eml").write_bytes(raw)
        name.with_suffix(".part").write_text(json.dumps(told))
        name.with_suffix(".part").rename(name.with_suffix(".json"))
        return "250 OK"


async def serve(folder: Path, port: int, cert: str | None, key: str | None) -> None:
    context = None
    if cert:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(cert, key)
    loop = asyncio.get_running_loop()
    handler = Catcher(folder)
    server = await loop.create_server(
        lambda: SMTP(handler, tls_context=context, require_starttls=context is not None, enable_SMTPUTF8=True),
        "127.0.0.1",
        port,
    )
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    await ended.wait()
    server.close()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--port", type=int, default=0)
    arguments.add_argument("--cert")
    arguments.add_argument("--key")
    given = arguments.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(serve(given.folder, given.port, given.cert, given.key))


if __name__ == "__main__":
    main()
