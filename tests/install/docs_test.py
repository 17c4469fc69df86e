#!/usr/bin/env python3
"""Holds the code in docs/embedding.md to the examples it is taken from, which are built and run by install_test.py.

A block is announced by `<!-- FILE REGION -->`; in FILE the region lies between the comments [REGION] and [end].
GATE_UPDATE=1 writes the blocks anew.
"""
import os
import re
import sys
import textwrap
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "embedding.md"
BLOCK = re.compile(r"<!-- (\S+) (\S+) -->\n```(\w+)\n(.*?)```\n", re.S)


def region(file, name):
    text = (ROOT / file).read_text(encoding="utf-8")
    found = re.search(rf"^[^\n]*(?://|/\*) \[{name}\][^\n]*\n(.*?)^[^\n]*(?://|/\*) \[end\]", text, re.S | re.M)
    if found is None:
        raise AssertionError(f"{file} has no region [{name}]")
    return textwrap.dedent(found.group(1))


class Embedding(unittest.TestCase):
    def test_every_block_is_what_the_example_says(self):
        text = PAGE.read_text(encoding="utf-8")
        if os.environ.get("GATE_UPDATE"):
            text = BLOCK.sub(lambda m: f"<!-- {m[1]} {m[2]} -->\n```{m[3]}\n{region(m[1], m[2])}```\n", text)
            PAGE.write_text(text, encoding="utf-8")
        blocks = BLOCK.findall(text)
        self.assertGreater(len(blocks), 7)
        for file, name, _, code in blocks:
            self.assertEqual(region(file, name), code, f"{file} [{name}]")

    def test_no_c_or_cpp_block_is_without_a_source(self):
        text = BLOCK.sub("", PAGE.read_text(encoding="utf-8"))
        self.assertNotRegex(text, r"```(c|cpp|js)\n")


if __name__ == "__main__":
    sys.exit(unittest.main())
