#!/usr/bin/env python3
"""Fails when docs/security-requirements.md names a file or a test that does not exist, or leaves a requirement out."""
import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/security-requirements.md"
REQUIRED = (
    [f"A{i}" for i in range(1, 9)] + [f"B{i}" for i in (1, 2, 4, 5, 7, 8)] + [f"C{i}" for i in (1, 2, 3, 4, 5, 7, 8, 9)]
    + ["D3", "T1", "T2", "T3"] + [f"N{i}" for i in range(1, 6)] + [f"N11.{i}" for i in range(1, 5)] + ["N13.1", "N13.2", "N13.3"]
)


def rows():
    """(id, files, tests) of every table row."""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if len(cells) == 4 and cells[0] and not set(cells[0]) <= {"-"}:
            yield cells[0], re.findall(r"`([^`]+)`", cells[2]), re.findall(r"`([^`]+)`", cells[3])


def tests_in_sources():
    found = set()
    for path in (p for folder in ("server", "tests", "bench/load", "runtime", "compiler") for p in (ROOT / folder).rglob("*_test.cpp")):
        for suite, name in re.findall(r"\bTEST(?:_[FP])?\(\s*(\w+),\s*(\w+)\s*\)", path.read_text(encoding="utf-8")):
            found.add(f"{suite}.{name}")
    for path in (ROOT / "tests/e2e").glob("*.test.mjs"):
        for title in re.findall(r'^\s*test\("([^"]+)"', path.read_text(encoding="utf-8"), re.M):
            found.add(f"e2e/{path.name.removesuffix('.test.mjs')}: {title}")
    return found


class SecurityRequirements(unittest.TestCase):
    def test_every_requirement_has_a_row_with_a_place_and_a_proof(self):
        listed = {row[0]: row for row in rows()}
        self.assertEqual([], [name for name in REQUIRED if name not in listed])
        self.assertEqual([], [name for name, (_, files, tests) in listed.items() if not files or not tests])

    def test_every_file_exists(self):
        self.assertEqual([], [f for _, files, _ in rows() for f in files if not (ROOT / f).is_file()])

    def test_every_test_exists(self):
        known = tests_in_sources()
        self.assertGreater(len(known), 100)
        self.assertEqual([], [t for _, _, tests in rows() for t in tests if t not in known])


if __name__ == "__main__":
    unittest.main()
