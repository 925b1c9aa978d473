#!/usr/bin/env python3
"""server.py PORT FOLDER CERTIFICATE KEY USER: a mail server on loopback that delivers nothing. The user's password comes on the first
line of standard input.

Each mail becomes two files in FOLDER, named by its time and recipient: the message (.eml), and what a mail program reads in it (.json).
The recipient's name, up to the first hyphen, says how it is treated, so that every answer of a real server can be had:

  refused    550 at once                     vanish   taken, then the connection ends without an answer
  later      451 at once                     silent   taken, never answered
  spam       554 after the message           hangup   the connection ends before the message
"""

import asyncio
import datetime
import email
import email.policy
import itertools
import json
import os
import re
import signal
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword, syntax

COUNTER = itertools.count(1)


def treatment(address):
    return address.split("@")[0].split("-")[0]


class Handler:
    def __init__(self, folder):
        self.folder = folder

    async def handle_RCPT(self, server, session, envelope, address, options):
        match treatment(address):
            case "refused":
                return "550 5.1.1 There is nobody of this name here"
            case "later":
                return "451 4.7.1 Come back later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        kind = treatment(envelope.rcpt_tos[0])
        if kind == "spam":
            return "554 5.7.1 Nobody wants this"
        self.write(session, envelope)
        if kind == "vanish":
            server.transport.abort()
        elif kind == "silent":
            await asyncio.sleep(3600)
        return "250 2.0.0 Taken"

    def write(self, session, envelope):
        message = email.message_from_bytes(envelope.original_content, policy=email.policy.default)

        def body(kind):
            part = message.get_body((kind,))
            return part.get_content().replace("\r\n", "\n") if part else None

        headers = {}
        for name, value in message.items():
            headers.setdefault(name.lower(), str(value))
        read = {
            "sender": envelope.mail_from,
            "recipients": envelope.rcpt_tos,
            "isEncrypted": session.ssl is not None,
            "user": session.auth_data.login.decode() if session.authenticated else None,
            "headers": headers,
            "text": body("plain"),
            "html": body("html"),
            "longestLine": max(map(len, envelope.original_content.split(b"\r\n"))),
        }
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%S.%f")
        name = f"{now}-{next(COUNTER)}-{re.sub('[^A-Za-z0-9@.+-]', '_', envelope.rcpt_tos[0])[:120]}"
        # The JSON last and in one step: who sees it sees both.
        with open(os.path.join(self.folder, name + ".eml"), "wb") as file:
            file.write(envelope.original_content)
        path = os.path.join(self.folder, name + ".json")
        with open(path + ".new", "w", encoding="utf-8") as file:
            json.dump(read, file, ensure_ascii=False, indent=1)
        os.rename(path + ".new", path)


class Server(SMTP):
    @syntax("DATA")
    async def smtp_DATA(self, arg):
        if self.envelope.rcpt_tos and treatment(self.envelope.rcpt_tos[0]) == "hangup":
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


async def main(port, folder, certificate, key, user, password):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def authenticate(server, session, envelope, mechanism, data):
        is_known = isinstance(data, LoginPassword) and data == LoginPassword(user.encode(), password.encode())
        # Not handled: the server itself says 535.
        return AuthResult(success=is_known, handled=False, auth_data=data)

    def connection():
        return Server(
            Handler(folder), hostname="localhost", ident="comptoir", tls_context=context, authenticator=authenticate,
            auth_require_tls=True, auth_required=True, loop=loop)

    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    server = await loop.create_server(connection, "127.0.0.1", port)
    await ended.wait()
    server.close()


asyncio.run(main(int(sys.argv[1]), *sys.argv[2:6], sys.stdin.readline().rstrip("\n")))
