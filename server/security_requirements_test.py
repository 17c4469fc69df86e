#!/usr/bin/env python3
"""Fails when docs/security-requirements.md names a file or a test that does not exist, or leaves a requirement out."""
import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/security-requirements.md"
# The last number of each letter: none between is left out. Faults (S) are those that a test is named after.
LAST = {"A": 8, "B": 10, "C": 9, "D": 4, "E": 10, "F": 6, "P": 5, "T": 9}
WIRE = [f"N{i}" for i in range(1, 6)] + [f"N11.{i}" for i in range(1, 5)] + [f"N13.{i}" for i in range(1, 7)]


def rows():
    """(id, files, tests) of every table row."""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 4 and cells[0] and not set(cells[0]) <= {"-"}:
            yield cells[0], re.findall(r"`([^`]+)`", cells[2]), re.findall(r"`([^`]+)`", cells[3])


def tests_in_sources(folders=("server", "tests", "bench/load", "runtime", "compiler")):
    found = set()
    for path in (p for folder in folders for p in (ROOT / folder).rglob("*_test.cpp")):
        for suite, name in re.findall(r"\bTEST(?:_[FP])?\(\s*(\w+),\s*(\w+)\s*\)", path.read_text(encoding="utf-8")):
            found.add(f"{suite}.{name}")
    for path in (ROOT / "tests/e2e").glob("*.test.mjs"):
        for title in re.findall(r'^\s*test\("([^"]+)"', path.read_text(encoding="utf-8"), re.M):
            found.add(f"e2e/{path.name.removesuffix('.test.mjs')}: {title}")
    return found


def not_met():
    """Requirements under "Not met yet", each with its state."""
    part = PAGE.read_text(encoding="utf-8").split("## Not met yet")[1].split("\n## ")[0]
    return {m[1] for m in re.finditer(r"^\| ([A-Z]\d+) \| [^|]+ \| [^|]+ \|$", part, re.M)}


def cited_by_tests():
    """Requirements in the names of tests: TEST(Suite, S24_T1_What) and test("S24: what")."""
    for name in tests_in_sources(("server", "tests/native_auth", "bench/load")):
        words = re.match(r"[^:]*: ((?:[A-FPST]\d+(?:, )?)+):", name) or re.match(r"\w+\.((?:[A-FPST]\d+_)+)", name)
        yield from re.findall(r"[A-FPST]\d+", words[1]) if words else ()


class SecurityRequirements(unittest.TestCase):
    def test_every_requirement_has_a_row_with_a_place_and_a_proof_or_is_not_met(self):
        listed = {row[0]: row for row in rows()}
        required = {f"{letter}{n}" for letter, last in LAST.items() for n in range(1, last + 1)} | {*WIRE}
        cited = set(cited_by_tests())
        self.assertGreater(len(cited), 60)
        self.assertEqual([], sorted(name for name in required if name not in listed and name not in not_met()))
        self.assertEqual([], sorted(name for name in cited if name not in listed and name not in not_met()), "tests are named after them")
        self.assertEqual([], [name for name in not_met() if name[0] in LAST and name not in required], "raise LAST")
        self.assertEqual([], [name for name, (_, files, tests) in listed.items() if not files or not tests])

    def test_every_file_exists(self):
        self.assertEqual([], [f for _, files, _ in rows() for f in files if not (ROOT / f).is_file()])

    def test_every_test_exists(self):
        known = tests_in_sources()
        self.assertGreater(len(known), 100)
        self.assertEqual([], [t for _, _, tests in rows() for t in tests if t not in known])


if __name__ == "__main__":
    unittest.main()
