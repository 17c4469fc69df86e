#!/usr/bin/env python3
"""Fails when docs/audit.md leaves out a type or a member of the rows that the server writes, or has one that it does not write."""
import re
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/audit.md"
# audit_record({.at = now, .type = "unlock", ...});  keep(run, "sign_in", ...);  decision_record(caller, user, "refresh", ...)
WRITES = re.compile(r"\.type = ([^;,]*)[;,]|\bkeep\(run, ([^;]*);|\bdecision_record\(([^;{]*)")
MEMBER = re.compile(r'^  row\["(\w+)"\]', re.M)


def sources():
    for path in sorted((ROOT / "server").rglob("*.cpp")):
        if not path.name.endswith("_test.cpp") and "contract" not in path.parts:
            yield path.read_text(encoding="utf-8")


def table(title):
    """The first cells of the table with this first column."""
    found = re.search(rf"^\| {title} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", PAGE.read_text(encoding="utf-8"), re.M)
    return [re.findall(r"`(\w+)`", line.split("|")[1]) for line in found[1].splitlines()]


class AuditPage(unittest.TestCase):
    def test_every_type_is_there_and_no_other(self):
        written = {name for text in sources() for m in WRITES.findall(text) for name in re.findall(r'"(\w+)"', " ".join(m))}
        self.assertGreater(len(written), 8)
        self.assertEqual(written, {name for row in table("Type") for name in row})

    def test_every_member_is_there_and_no_other(self):
        written = MEMBER.findall((ROOT / "server/app/inspect.cpp").read_text(encoding="utf-8"))
        self.assertGreater(len(written), 10)
        self.assertEqual(written, [name for row in table("Member") for name in row])


if __name__ == "__main__":
    sys.exit(unittest.main())
