#!/usr/bin/env python3
"""Fails when a link of a page leads to a file or a heading that is not there."""
import re
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SKIP_FOLDERS = {"build", "node_modules", ".git"}
LINK = re.compile(r"\]\(([^)\s]+)\)")


def pages():
    return [p for p in sorted(ROOT.rglob("*.md")) if not SKIP_FOLDERS & set(p.relative_to(ROOT).parts)]


def prose(text):
    """The text without code."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))


def anchors(text):
    """The names of headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.*)", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), re.M)
    plain = [re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", t.strip()).lower()) for t in titles]
    return {t.replace(" ", "-") for t in plain}


def broken(page, text):
    """The links of a page that lead nowhere."""
    for link in LINK.findall(prose(text)):
        if re.match(r"\w+:", link):
            continue
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        here = target == page
        if not target.exists() and not here:
            yield link
        elif anchor and target.suffix == ".md" and anchor not in anchors(text if here else target.read_text(encoding="utf-8")):
            yield link


class Links(unittest.TestCase):
    def test_every_link_leads_somewhere(self):
        found = {p: LINK.findall(prose(p.read_text(encoding="utf-8"))) for p in pages()}
        self.assertGreater(sum(map(len, found.values())), 80)
        wrong = [f"{p.relative_to(ROOT)}: {link}" for p in found for link in broken(p, p.read_text(encoding="utf-8"))]
        self.assertEqual([], wrong)

    def test_planted_links_are_found(self):
        page = ROOT / "docs/planted.md"
        for text in ["[x](nowhere.md)", "[x](api.md#no-such-heading)", "# A\n[x](#b)", "[x](api/nowhere.md)", "[x](../READYOU.md)"]:
            self.assertTrue(list(broken(page, text)), text)
        for text in ["[x](api.md#limits)", "# A `b` c\n[x](#a-b-c)", "`[x](nowhere.md)`", "```\n[x](nowhere.md)\n```", "[x](https://example.org/a#b)"]:
            self.assertEqual([], list(broken(page, text)), text)


if __name__ == "__main__":
    sys.exit(unittest.main())
