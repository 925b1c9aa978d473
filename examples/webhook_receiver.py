#!/usr/bin/env python3
"""Receives webhooks: takes what is signed with our secret and fresh, each once.

  WEBHOOK_SECRET=whsec_… PORT=8200 ./webhook_receiver.py

While a secret is rotated a message has several signatures; one that fits is enough. A real receiver keeps the ids with what it writes, in
one transaction, and answers within 15 seconds: what takes longer it does afterwards.
"""
import base64, hashlib, hmac, http.server, json, os, time

SECRET, seen = base64.b64decode(os.environ["WEBHOOK_SECRET"].removeprefix("whsec_")), set()

def is_genuine(headers, body):
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.digest(SECRET, signed, hashlib.sha256)).decode()
    return abs(time.time() - int(headers["webhook-timestamp"])) <= 300 and any(
        hmac.compare_digest(expected, signature) for signature in headers["webhook-signature"].split())

class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        try:
            genuine = is_genuine(self.headers, body)
        except (KeyError, TypeError, ValueError, AttributeError):
            genuine = False
        if genuine and self.headers["webhook-id"] not in seen:
            message = json.loads(body)
            print(message["position"], message["type"], message["data"], flush=True)
            seen.add(self.headers["webhook-id"])
        self.send_response(204 if genuine else 401)
        self.end_headers()

    def log_message(self, *arguments):
        pass

http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8200"))), Receiver).serve_forever()
