#!/usr/bin/env python3
"""Fails when docs/gated.md does not show what `gated` prints, or leaves out a command. GATE_UPDATE=1 writes the page anew.

Every ```console block that begins with `$ gated` is run and compared. GATED names the binary; ctest sets it."""
import os
import re
import shlex
import subprocess
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/gated.md"
GATED = os.environ.get("GATED", "")
BLOCK = re.compile(r"(?<=^```console\n)\$ gated ([^\n]*)\n(.*?)(?=^```$)", re.M | re.S)


def run(words):
    done = subprocess.run([GATED, *words], capture_output=True, text=True, timeout=60, check=False)
    return done.stdout + done.stderr


def commands(words=()):
    """All commands, as `user risk`; from the lists that the pages of `gated` print."""
    page = run([*words, "--help"])
    listed = page.partition("Subcommands:\n")[2].partition("\n\n")[0]
    for name in re.findall(r"^  (\S+)", listed, re.M):
        if name != "help":
            yield " ".join([*words, name])
            yield from commands([*words, name])


class GatedPage(unittest.TestCase):
    def test_it_shows_what_gated_prints(self):
        page = PAGE.read_text(encoding="utf-8")
        now = BLOCK.sub(lambda m: f"$ gated {m[1]}\n{run(shlex.split(m[1]))}", page)
        self.assertGreater(len(BLOCK.findall(page)), 3)
        if os.environ.get("GATE_UPDATE") == "1":
            PAGE.write_text(now, encoding="utf-8")
        else:
            self.assertEqual(now.splitlines(), page.splitlines())

    def test_every_command_has_a_heading(self):
        headings = set(re.findall(r"^## `gated ([a-z -]+)`", PAGE.read_text(encoding="utf-8"), re.M))
        self.assertEqual(headings, set(commands()) - {"user"} | {"help"})

    def test_help_prints_the_page_of_a_command(self):
        for command in commands():
            self.assertEqual(run(["help", *command.split()]), run([*command.split(), "--help"]), command)
        self.assertEqual(run(["help"]), run(["--help"]))
        self.assertIn("there is no command `nothing`", run(["help", "nothing"]))


if __name__ == "__main__":
    if not os.access(GATED, os.X_OK):
        sys.exit("GATED must name the gated binary; ctest sets it")
    sys.exit(unittest.main())
