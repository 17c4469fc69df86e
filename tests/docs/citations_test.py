#!/usr/bin/env python3
"""Fails when something cites a rule that docs/reference/ and docs/security-requirements.md do not have.

Citations, everywhere in the tree:
  conditional-access 2.5, 8 #11, STH    sections, rows of the table in section 8, and sources of that page
  native-auth-api 4.3                   sections of that page
  auth-server T1                        rows of docs/security-requirements.md
  §2.5, NET                             in tests/graph/oracle/README.md: conditional-access
In comments, names of tests and pages alone, because text in code may look the same:
  (B3, B4), rules T1 to T3, B8_Name     rows of docs/security-requirements.md
"""
import os
import re
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs/reference"
REQUIREMENTS = ROOT / "docs/security-requirements.md"
SKIP_FOLDERS = {"build", "node_modules", ".git", "__pycache__"}
TEXTS = {".c", ".cc", ".cpp", ".h", ".hpp", ".def", ".md", ".py", ".mjs", ".js", ".gate", ".txt", ".cmake", ".in", ".g4", ".mmd",
         ".toml", ".json", ".html", ".expected"}
# What stands outside of the project: trackers and papers of the work on it.
OUTSIDE = re.compile(r"\b(?:CAD-\d+|[Ii]ssue \d+|design: |design/)")
# Tests of compiler and runtime are numbered by faults of the policy tools (P6, P36); P rows are about the operation of gated.
TOOLS = ("compiler/", "runtime/", "tests/graph/")
# C11 is the C standard.
NO_REQUIREMENT = {"C11"}

GAP = r"(?:[ \n]|(?:\n[ \t]*(?://[/!<]*|\*|#|\|)))[ \t]*"  # a space, or the next line of a comment
SECTION = r"\d+(?:\.\d+)*"
ITEM = rf"(?:{SECTION}|#\d+|(?!AND\b)[A-Z][A-Z0-9]{{2}}\b|[A-FNPST][1-9]\d?\b)"
CITATION = re.compile(rf"\b(conditional-access|native-auth-api|auth-server){GAP}(?:sections?{GAP})?"
                      rf"({ITEM}(?:(?:[,;]|{GAP}and|{GAP}to)?{GAP}{ITEM})*)")
PARAGRAPH = re.compile(rf"§({SECTION})|(?<![A-Za-z0-9])(?!AND\b|GPS\b|AGU\b|MFA\b|API\b|OID\b)([A-Z][A-Z0-9]{{2}})(?![A-Za-z0-9])")
REQUIREMENT = re.compile(r"(?<![\w.#%\"'`/&-])([A-FNPST][1-9]\d?(?:\.\d)?)(?![\w(%\"`=]|'(?!s\b)|\.[A-Za-z])")
TEST_NAME = re.compile(r"\bTEST(?:_[FP])?\(\s*\w+,\s*((?:[A-FNPST]\d+(?:_\d)?_)+)[A-Z]")
TEST_TITLE = re.compile(r'\btest\("([^"]+)"')


def headings(name, folder=REFERENCE):
    text = (folder / f"{name}.md").read_text(encoding="utf-8")
    return set(re.findall(rf"^#+ ({SECTION})\.? ", text, re.M))


def table_rows(text):
    """First cells of all rows of tables."""
    return {cells[0].strip() for line in text.splitlines() if line.startswith("| ")
            for cells in [line.removeprefix("|").split("|")] if len(cells) > 2}


class Known:
    """Everything that may be cited."""

    def __init__(self):
        access = (REFERENCE / "conditional-access.md").read_text(encoding="utf-8")
        rows = table_rows(access)
        self.requirements = {r for r in table_rows(REQUIREMENTS.read_text(encoding="utf-8")) if re.fullmatch(r"[A-Z]\d*(\.\d)?", r)}
        # N4 is section 4 of the API; its rows are the sections that were turned into requirements.
        api = headings("native-auth-api")
        self.requirements |= {f"N{section}" for section in api}
        self.of = {
            "conditional-access": headings("conditional-access") | {f"#{r}" for r in rows if r.isdigit()}
                                  | {r for r in rows if re.fullmatch(r"[A-Z][A-Z0-9]{2}", r)},
            "native-auth-api": api,
            "auth-server": self.requirements,
        }


def comments(text, suffix):
    """The text with everything but comments blanked, so that places stay. Markdown is comment but for its code."""
    blank = lambda m: re.sub(r"[^\n]", " ", m[0])
    if suffix == ".md":
        return re.sub(r"^```.*?^```|`[^`\n]*`", blank, text, flags=re.M | re.S)
    if suffix in {".py", ".cmake", ".toml"}:
        return re.sub(r"^[^#\n]*", blank, text, flags=re.M)
    if suffix not in {".c", ".cc", ".cpp", ".h", ".hpp", ".def", ".mjs", ".js", ".g4"}:
        return ""
    # A string, a character or a comment, whichever begins first; strings become blanks, comments stay, the rest is code.
    token = re.compile(r'R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|(//[^\n]*|/\*.*?\*/)', re.S)
    out, end = [], 0
    for m in token.finditer(text):
        out += [re.sub(r"[^\n]", " ", text[end:m.start()]), m[2] or blank(m)]
        end = m.end()
    return "".join(out) + re.sub(r"[^\n]", " ", text[end:])


def cited(path, text):
    """(offset, page, item) of every citation in a file; page "requirement" for rows of the requirements."""
    for m in CITATION.finditer(text):
        for item in re.finditer(ITEM, m[2]):
            yield m.start(), m[1], item[0]
    if path == "tests/graph/oracle/README.md":
        for m in PARAGRAPH.finditer(text):
            yield m.start(), "conditional-access", m[1] or m[2]
    for m in TEST_NAME.finditer(text):
        # N13_6_ABlocked: the digit behind the underscore is of the section
        for name, part in re.findall(r"([A-FNPST]\d+)(?:_(\d))?_", m[1]):
            yield m.start(), "requirement", name + (f".{part}" if part else "")
    for m in TEST_TITLE.finditer(text):
        for name in re.findall(r"\b[A-FPST][1-9]\d?\b", m[1]):
            yield m.start(), "requirement", name
    if path.startswith(("tests/fuzz/corpus", "docs/reference/")):
        return
    for m in REQUIREMENT.finditer(comments(text, Path(path).suffix)):
        if m[1] not in NO_REQUIREMENT:
            yield m.start(), "requirement", m[1]


def unresolved(path, text, known):
    if not path.startswith("tests/fuzz/corpus"):
        for m in OUTSIDE.finditer(text):
            yield f"{path}:{text.count(chr(10), 0, m.start()) + 1}: {m[0]} is not in the project"
    for offset, page, item in cited(path, text):
        if page == "requirement" and item[0] == "P" and path.startswith(TOOLS):
            continue
        if item not in (known.requirements if page == "requirement" else known.of[page]):
            yield f"{path}:{text.count(chr(10), 0, offset) + 1}: {page} {item}"


def files():
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(f for f in folders if f not in SKIP_FOLDERS)
        for name in sorted(names):
            path = Path(folder) / name
            if path.suffix in TEXTS and path != Path(__file__).resolve():
                yield path.relative_to(ROOT).as_posix(), path


class Citations(unittest.TestCase):
    def setUp(self):
        self.known = Known()

    def test_every_citation_resolves(self):
        wrong, found = [], {}
        for name, path in files():
            text = path.read_text(encoding="utf-8", errors="replace")
            for _, page, _ in cited(name, text):
                found[page] = found.get(page, 0) + 1
            wrong += unresolved(name, text, self.known)
        # A pattern that finds nothing any more must not pass.
        self.assertGreater(found.get("conditional-access", 0), 300)
        self.assertGreater(found.get("native-auth-api", 0), 5)
        self.assertGreater(found.get("requirement", 0), 200)
        self.assertEqual([], wrong, "\n" + "\n".join(wrong))

    def test_the_pages_have_what_is_cited_most(self):
        self.assertLessEqual({"1", "1.1", "2.5", "2.10", "3", "8", "10", "#11", "STH"}, self.known.of["conditional-access"])
        self.assertLessEqual({f"{letter}{n}" for letter, last in zip("ABCDEFT", (8, 9, 9, 4, 10, 6, 9)) for n in range(1, last + 1)},
                             self.known.requirements)

    def test_every_path_that_contributing_names_exists(self):
        named = re.findall(r"[`(]((?:[\w.-]+/)+[\w.-]*|[A-Z]+)[`)]", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
        named = [n for n in named if not n.startswith(("build/", "gate/", "REGEX", "SECONDS", "TARGET"))]
        self.assertGreater(len(named), 20)
        self.assertEqual([], [n for n in named if not (ROOT / n).exists()])

    def test_planted_citations_are_found(self):
        for path, text in [
            ("a.cpp", "// (conditional-access 2.99)"),
            ("a.cpp", "/// conditional-access 2.4\n/// and 2.98: two lines"),
            ("a.cpp", "/// (conditional-access\n/// 2.97)"),
            ("a.gate", "--- case: x (conditional-access 8 #99)"),
            ("a.gate", "--- case: x (conditional-access 1.1; 2.96 supposes it)"),
            ("a.gate", "--- case: x (conditional-access 2.5, QQQ)"),
            ("a.md", "| `x` | y (conditional-access 77) |"),
            ("a.h", "/// (native-auth-api sections 4 and 99)."),
            ("a.h", "/// (native-auth-api 3.9): change none"),
            ("a.cpp", "// far it gets tells nothing (auth-server T77)."),
            ("a.h", "  int x = 5;  ///< A77, A1"),
            ("a.h", "/// counted (A1, B77) before"),
            ("a.h", "/* rules T1 to T77 */"),
            ("a.h", "/// (requirement C77)."),
            ("a.py", "x = 1  # B77"),
            ("a.md", "Limited (B3, B77)."),
            ("a.md", "section N13.9 of the wire"),
            ("a_test.cpp", "TEST_F(Name, B77_DoesWhatIsAsked) {"),
            ("a_test.cpp", "TEST(Name, B1_B77_DoesWhatIsAsked) {"),
            ("a_test.cpp", "TEST(Name, N13_9_DoesWhatIsAsked) {"),
            ("a.test.mjs", 'test("B1, B77: a cap holds", () => {})'),
            ("a.test.mjs", 'test("what counts at the next decision (C77)", () => {})'),
            ("a.h", "/// B77's hard stop"),
            ("a_test.cpp", "// as issue 2 says"),
            ("a_test.cpp", "// Issue 2: what it says"),
            ("a.h", "/// the outbox in development (P77)"),
            ("a.gate", "--- case: absent (design: absent facts)"),
            ("tests/graph/oracle/README.md", "1. A rule. §2.6, §2.95"),
            ("tests/graph/oracle/README.md", "1. A rule. §2.6, QQQ"),
        ]:
            self.assertTrue(list(unresolved(path, text, self.known)), f"{text!r} was not noticed")

    def test_what_only_looks_like_a_citation_is_none(self):
        for path, text in [
            ("a.cpp", 'f("A77 B77");  // a context is "C77", not `C78`'),
            ("a.cpp", 'auto x = R"(  // B77 )";'),
            ("a.cpp", "// C11 programs"),
            ("a.md", "```\ncontext C77\n```\nand `B77`"),
            ("a.cpp", "TEST(Name, A1) {"),
            ("a.gate", "(conditional-access 2.5, AND between policies)"),
            ("a.gate", "(conditional-access 2.5: 53001)"),
            ("a.cpp", "int B77 = 1;"),
            ("runtime/a_test.cpp", "TEST(Name, P77_DoesWhatIsAsked) {"),
        ]:
            self.assertEqual([], list(unresolved(path, text, self.known)), text)


if __name__ == "__main__":
    sys.exit(unittest.main())
