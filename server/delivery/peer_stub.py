"""Stand-ins for the parties that gated delivers to: `smtp` (aiosmtpd) or `sms` (a Twilio-shaped gateway).
`risk` is the engine that gated asks about risk.

Prints the port it listens on, then one JSON line per accepted message. The second argument says how to behave:
accept, refuse (final), later (temporary), flaky (temporary
for the first message), broken (HTTP 503), cut (close without an answer), nonsense (an answer that is no JSON);
`risk` also slow (5 s), other (a level that is none) and long.
"""
import asyncio
import http.server
import json
import sys
import time
import urllib.parse


def say(value):
    print(value if isinstance(value, str) else json.dumps(value), flush=True)


def smtp(behaviour):
    from aiosmtpd.smtp import SMTP

    class Handler:
        async def handle_RCPT(self, server, session, envelope, address, options):
            if behaviour == "refuse":
                return "550 no such user " + address
            if behaviour == "later":
                return "451 try again later"
            envelope.rcpt_tos.append(address)
            return "250 OK"

        async def handle_DATA(self, server, session, envelope):
            if behaviour == "cut":
                server.transport.abort()
                return "250 OK"
            say({"peer": session.peer[1], "from": envelope.mail_from, "to": envelope.rcpt_tos,
                 "content": envelope.content.decode("ascii")})
            self.taken = getattr(self, "taken", 0) + 1
            if behaviour == "flaky" and self.taken == 1:
                return "451 try again later"
            return "250 taken"

    handler = Handler()

    async def serve():
        server = await asyncio.get_running_loop().create_server(lambda: SMTP(handler), "127.0.0.1", 0)
        say(str(server.sockets[0].getsockname()[1]))
        await server.serve_forever()

    asyncio.run(serve())


def sms(behaviour):
    status = {"accept": 201, "refuse": 400, "later": 429, "broken": 503, "nonsense": 201}

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            form = self.rfile.read(int(self.headers["Content-Length"])).decode("ascii")
            if behaviour == "cut":
                self.close_connection = True
                return
            body = b"<html>" if behaviour == "nonsense" else json.dumps({"sid": "SM0123", "status": "queued"}).encode()
            self.send_response(status[behaviour])
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            say({"path": self.path, "authorization": self.headers["Authorization"],
                 "type": self.headers["Content-Type"], "raw": form,
                 "form": dict(urllib.parse.parse_qsl(form, strict_parsing=True))})

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    say(str(server.server_address[1]))
    server.serve_forever()


def risk(behaviour):
    answers = {"accept": (200, b'{"sign_in_risk":"low"}'), "refuse": (401, b'{"sign_in_risk":"low"}'),
               "broken": (503, b""), "nonsense": (200, b"<html>"), "other": (200, b'{"sign_in_risk":"odd"}'),
               "long": (200, b'{"sign_in_risk":"low"}' + b" " * 10000), "slow": (200, b'{"sign_in_risk":"low"}')}

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode("utf-8")
            say({"path": self.path, "authorization": self.headers["Authorization"], "peer": self.client_address[1],
                 "type": self.headers["Content-Type"], "body": json.loads(body)})
            if behaviour == "cut":
                self.close_connection = True
                return
            if behaviour == "slow":
                time.sleep(5)
            status, answer = answers[behaviour]
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    say(str(server.server_address[1]))
    server.serve_forever()


if __name__ == "__main__":
    {"smtp": smtp, "sms": sms, "risk": risk}[sys.argv[1]](sys.argv[2] if len(sys.argv) > 2 else "accept")
