#!/usr/bin/env python3
"""Fails when an example in docs/ is not what the server answers.

`<!-- example: NAME -->` in a page is followed by a request and its answer, up to `<!-- end -->`. Both are written from the recorded
exchange below `# example: NAME` in tests/exchanges/, which exchanges_test takes from a server. With GATE_UPDATE=1 the pages are
written anew. Options behind the name: `answer` shows the answer alone, `request` the request and the status of the answer,
`claims` also the tokens, decoded.

docs/api/endpoints.md has a heading for each endpoint, and each heading an example of that endpoint; that the headings are the routes
of the server, and that docs/api/errors.md has its errors, is compared by tests/exchanges/pages_test.cpp.
"""
import json
import os
import re
import sys
import unittest
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[2]
RECORDINGS = ROOT / "tests/exchanges"
ENDPOINTS = ROOT / "docs/api/endpoints.md"
BANK = "11111111-1111-4111-8111-111111111111"
RETAIL_APP = "22222222-2222-4222-8222-222222222222"
STATUS = {200: "OK", 204: "No Content", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed", 500: "Internal Server Error"}
MARKED = re.compile(r"^<!-- example: ([\w-]+)((?:, \w+)*) -->\n(.*?)^<!-- end -->$", re.M | re.S)
OPTIONS = {"answer", "request", "claims"}
# «token 1: 75 characters»
SYMBOL = re.compile(r"«([^»:]+)(?:: \d+ characters)?»")
# Headers that every answer has beside those that are shown.
HIDDEN = {"pragma", "x-content-type-options", "client-request-id", "x-ms-request-id", "vary"}


@dataclass
class Exchange:
    """A recorded request and its answer, as lines without their marks."""
    request: list = field(default_factory=list)
    answer: list = field(default_factory=list)


def examples(text):
    """The exchanges of a recording that have a name. Symbols of an earlier exchange of the scenario stay as they are."""
    found, current = {}, None
    newest = {}  # «token» in a request is the newest one
    for line in text.splitlines():
        if line.startswith("=== "):
            newest = {}
        if m := re.fullmatch(r"# example: ([\w-]+)", line):
            if m[1] in found:
                raise ValueError(f"two examples are called {m[1]}")
            current = found[m[1]] = Exchange()
        elif line.startswith("> "):
            if current is not None and current.answer:
                current = None
            if current is not None:
                current.request.append(re.sub(r"«([a-z ]+)»", lambda s: f"«{newest.get(s[1], s[1])}»", line[2:]))
        elif line.startswith("<"):
            for name in re.findall(r"«([a-z ]+) (\d+)(?:: \d+ characters)?»", line):
                newest[name[0]] = " ".join(name)
            if current is not None:
                current.answer.append(line[2:])
        elif current is not None and current.answer:
            current = None
    return found


def named(text):
    """«token 1: 75 characters» as <token 1>."""
    return SYMBOL.sub(r"<\1>", text)


def form_value(text):
    return "".join(named(part) if part.startswith("«") else quote(part, safe="").replace("%20", "+")
                   for part in re.split(r"(«[^»]*»)", text))


def shown_request(exchange):
    method, target = exchange.request[0].split(" ", 1)
    head, form = [], {"client_id": RETAIL_APP} if method == "POST" else {}
    for line in exchange.request[1:]:
        if m := re.match(r"([\w-]+): (.*)", line):
            head.append(f"{m[1].title()}: {m[2]}")
        else:
            name, value = line.split(" = ", 1)
            form[name] = value
    lines = [f"{method} {target.replace('~', '/' + BANK)} HTTP/1.1", "Host: id.bank.example", *head]
    if form:
        lines += ["Content-Type: application/x-www-form-urlencoded", ""]
        lines += [f"{'&' if i else ''}{name}={form_value(value)}" for i, (name, value) in enumerate(form.items())]
    return lines


def shown_json(text):
    """Members below each other, short lists in one line."""
    out = json.dumps(json.loads(named(text)), indent=2, ensure_ascii=False)
    return re.sub(r"\[\s+([^\[\]{}]*?)\s+\]", lambda m: "[" + re.sub(r"\s+", " ", m[1]) + "]", out).splitlines()


def shown_answer(exchange, status_only):
    status, *rest = exchange.answer
    lines = [f"HTTP/1.1 {status} {STATUS[int(status)]}"]
    if status_only:
        return lines
    body = None
    for line in rest:
        if line.startswith("{"):
            body = line
            break
        if line == "(usual headers)":
            lines += ["Content-Type: application/json; charset=utf-8", "Cache-Control: no-store"]
        elif line != "(no body)" and line.split(":")[0] not in HIDDEN:
            name, value = line.split(": ", 1)
            lines.append(f"{name.title()}: {value}")
    return lines + (["", *shown_json(body)] if body else [])


def shown_claims(exchange):
    """Header and claims of the tokens that an answer brings."""
    blocks = []
    for at, line in enumerate(exchange.answer):
        if m := re.match(r"  «(access token|id token) \d+»: (\{.*)", line):
            what = {"access token": "The access token", "id token": "The ID token"}[m[1]]
            blocks += [f"{what}, decoded:", "", "```json", *shown_json(m[2]), *shown_json(exchange.answer[at + 1].strip()), "```", ""]
    if not blocks:
        raise ValueError("the answer brings no tokens")
    return ["", *blocks[:-1]]


def block(exchange, options):
    lines = [] if "answer" in options else ["```http", *shown_request(exchange), "```", ""]
    lines += ["```http", *shown_answer(exchange, "request" in options), "```"]
    if "claims" in options:
        lines += shown_claims(exchange)
    return "".join(line + "\n" for line in lines)


def rewritten(page, known):
    """The page with the examples as they were recorded."""
    def write(m):
        options = set(filter(None, m[2].split(", ")))
        if not options <= OPTIONS or m[1] not in known:
            raise ValueError(f"there is no example {m[1]}{m[2]}")
        return f"<!-- example: {m[1]}{m[2]} -->\n{block(known[m[1]], options)}<!-- end -->"
    if page.count("<!-- example: ") != len(MARKED.findall(page)):
        raise ValueError("an example has no end")
    return MARKED.sub(write, page)


def recorded():
    known = {}
    for path in sorted(RECORDINGS.glob("*.txt")):
        if path.name != "CMakeLists.txt":
            new = examples(path.read_text(encoding="utf-8"))
            if known.keys() & new.keys():
                raise ValueError(f"two examples are called {known.keys() & new.keys()}")
            known |= new
    return known


def pages():
    return [p for p in sorted((ROOT / "docs").rglob("*.md")) if "<!-- example: " in p.read_text(encoding="utf-8")]


def endpoint_of(exchange):
    """`POST /{tenant}/oauth2/v2.0/token` of a recorded request."""
    method, target = exchange.request[0].split(" ", 1)
    return method + " " + re.sub(r"~|/(?:bank|shop|club)\.example", "/{tenant}", target)


class ApiPages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.known = recorded()

    def test_every_example_is_what_the_server_answers(self):
        self.assertTrue(pages())
        for path in pages():
            page = path.read_text(encoding="utf-8")
            now = rewritten(page, self.known)
            if os.environ.get("GATE_UPDATE") == "1":
                path.write_text(now, encoding="utf-8")
            else:
                self.assertEqual(now.splitlines(), page.splitlines(), f"{path}: GATE_UPDATE=1 writes it anew")

    def test_every_recorded_example_is_shown(self):
        shown = {m[1] for path in pages() for m in re.finditer(r"<!-- example: ([\w-]+)", path.read_text(encoding="utf-8"))}
        self.assertEqual(set(), self.known.keys() - shown)

    def test_every_endpoint_has_an_example(self):
        missing, endpoints = [], None
        shown = set()
        for line in [*ENDPOINTS.read_text(encoding="utf-8").splitlines(), "### end"]:
            if line.startswith("#"):
                missing += sorted((endpoints or set()) - shown)
                endpoints, shown = (set(), set()) if line.startswith("### `") else (None, set())
            if endpoints is not None and (m := re.match(r"(?:### |\* )`((?:GET|POST) /[^`]*)`", line)):
                endpoints.add(m[1])
            if m := re.match(r"<!-- example: ([\w-]+)", line):
                shown.add(endpoint_of(self.known[m[1]]))
        self.assertEqual([], missing)

    def test_the_recordings_are_read_as_they_are_meant(self):
        text = ("=== A\n# example: one\n> POST ~/x\n> a = b c\n> t = «token»\n< 400\n< (usual headers)\n< retry-after: 9\n"
                "< {\"t\":\"«token 2: 5 characters»\"}\n\n* wait 1 s\n> POST ~/y\n> t = «token»\n< 200\n"
                "# example: two\n> POST ~/z\n> t = «token»\n< 200\n< (usual headers)\n< {}\n")
        known = examples(text)
        self.assertEqual({"one", "two"}, set(known))
        one = block(known["one"], set())
        self.assertIn(f"POST /{BANK}/x HTTP/1.1\n", one)
        self.assertIn("&a=b+c\n&t=<token>\n", one)
        self.assertIn("HTTP/1.1 400 Bad Request\n", one)
        self.assertIn("Retry-After: 9\n", one)
        self.assertIn('"t": "<token 2>"', one)
        self.assertIn("&t=<token 2>", block(known["two"], set()))

    def test_another_answer_is_noticed(self):
        known = examples("# example: one\n> POST ~/x\n< 200\n< (usual headers)\n< {\"a\":1}\n")
        page = rewritten("<!-- example: one -->\n<!-- end -->", known)
        self.assertEqual(page, rewritten(page, known))
        other = examples("# example: one\n> POST ~/x\n< 200\n< (usual headers)\n< {\"a\":2}\n")
        self.assertNotEqual(page, rewritten(page, other))
        for wrong in ["<!-- example: two -->\n<!-- end -->", "<!-- example: one, claim -->\n<!-- end -->", "<!-- example: one -->\n"]:
            self.assertRaises(ValueError, rewritten, wrong, known)


if __name__ == "__main__":
    sys.exit(unittest.main())
