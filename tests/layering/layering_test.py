#!/usr/bin/env python3
"""Holds the sources against arrows.txt, and the docs against both: see there, and rooms.py.

GATE_UPDATE=1 draws the pictures in docs/ARCHITECTURE.md anew.
"""
import os
import re
import sys
import unittest
from pathlib import Path

import drawing
import rooms

ROOT = Path(__file__).resolve().parents[2]
ARCHITECTURE = ROOT / "docs" / "ARCHITECTURE.md"
SOURCES = rooms.Tree.of(ROOT)
DRAWING = rooms.read_drawing()


def listed(complaints):
    return "\n" + "\n".join(complaints)


class Layering(unittest.TestCase):
    def test_every_include_is_an_arrow_of_the_drawing(self):
        self.assertGreater(len(SOURCES.files), 500, "the sources were not found")
        complaints = rooms.Check(SOURCES, DRAWING).complaints()
        self.assertEqual([], complaints, listed(complaints))

    def test_every_inner_folder_is_in_the_drawing_by_name(self):
        known = DRAWING.arrows
        for top in ("compiler", "runtime", "server"):
            self.assertNotIn(top + "/", known, "inner folders are named one by one")

    def test_public_headers_give_nothing_internal_away(self):
        """A class may hold something internal and be friends with it; nothing that users can call speaks of it."""
        wrong = []
        for path, text in SOURCES.files.items():
            for line in text.splitlines() if "/include/gate/" in path else []:
                inside = re.search(r"\b(internal|compiler|ir|index|abi)::", line)
                if inside and not re.search(r"^ *(friend struct|explicit \w+\(std::unique_ptr<|std::unique_ptr<)|::check_failed", line):
                    wrong.append(f"{path}: {line.strip()}")
        self.assertEqual([], wrong, listed(wrong))


class Planted(unittest.TestCase):
    """What is wrong on purpose is found: in a tree as it is, and in a small one."""

    def found(self, planted, drawing_text=None):
        """Complaints that come of planted lines, {path: text}, in the real tree."""
        tree = rooms.Tree(dict(SOURCES.files))
        for path, text in planted.items():
            tree.files[path] = tree.files.get(path, "") + "\n" + text + "\n"
        return rooms.Check(tree, rooms.Drawing(drawing_text) if drawing_text else DRAWING).complaints()

    def assert_found(self, planted, pattern, drawing_text=None):
        complaints = self.found(planted, drawing_text)
        self.assertTrue(any(re.search(pattern, c) for c in complaints), f"{pattern} is not in {listed(complaints)}")

    def test_wrong_arrows(self):
        for path, name in [
            ("runtime/ir/text.cpp", "runtime/index/index.h"),
            ("runtime/index/index.cpp", "runtime/interp/interpreter.h"),
            ("runtime/index/index.cpp", "runtime/set/state.h"),
            ("runtime/interp/interpreter.cpp", "runtime/set/build.h"),
            ("runtime/ir/text.cpp", "compiler/ast/ast.h"),
            ("runtime/set/evaluator.cpp", "gate/compile.hpp"),
            ("runtime/include/gate/policy_set.hpp", "runtime/ir/program.h"),
            ("compiler/ast/ast.cpp", "compiler/sema/symbols.h"),
            ("compiler/sema/analyse.cpp", "compiler/lint/checks.h"),
            ("compiler/parse/lexer.cpp", "runtime/ir/program.h"),
            ("server/main.cpp", "runtime/ir/program.h"),
            ("examples/embed-cpp/main.cpp", "runtime/ir/program.h"),
            ("bench/load/main.cpp", "runtime/ir/program.h"),
        ]:
            for begin, end in ('""', "<>"):
                self.assert_found({path: f"#include {begin}{name}{end}"}, f"^{path}:[0-9]+: includes {name}: .* may include only ")

    def test_a_store_seen_by_a_flow(self):
        self.assert_found({"server/flow/planted.cpp": '#include "server/store/sqlite/sqlite_store.h"'},
                          "^server/flow/planted.cpp:2: includes server/store/sqlite")

    def test_a_folder_that_nothing_says_a_word_about(self):
        for path in ("runtime/new/a.cpp", "compiler/sema/inner/a.h", "server/store/other/a.cpp", "lib/a.cpp"):
            self.assert_found({path: ""}, f"^{path}: its folder is no room")

    def test_third_parties_at_a_wrong_place(self):
        for path, name in [
            ("compiler/sema/names.cpp", "antlr4-runtime.h"),
            ("compiler/sema/names.cpp", "llvm/IR/Module.h"),
            ("server/flow/sign_in_flow.cpp", "openssl/evp.h"),
            ("server/store/store.h", "sqlite3.h"),
            ("runtime/ir/text.cpp", "boost/json/value.hpp"),
            ("runtime/replay/replay.cpp", "simdjson.h"),
            ("runtime/include/gate/result.hpp", "fmt/format.h"),
            ("runtime/include/gate/result.hpp", "unistd.h"),
            ("runtime/ir/text.cpp", "gtest/gtest.h"),
            ("server/domain/user.h", "sys/socket.h"),
            ("server/app/service.cpp", "netinet/in.h"),
            ("server/domain/user.h", "unistd.h"),
            ("server/flow/runner.cpp", "boost/json/value.hpp"),
            ("server/flow/runner.cpp", "fmt/format.h"),
            ("server/risk/http/http_risk_engine.cpp", "curl/curl.h"),
        ]:
            self.assert_found({path: f"#include <{name}>"}, f"^{path}:[0-9]+: includes {name}: .* may be seen only by ")

    def test_a_library_that_nothing_says_a_word_about(self):
        for name in ("absl/strings/str_cat.h", "runtime/ir/gone.h", "names.h"):
            self.assert_found({"runtime/ir/text.cpp": f'#include "{name}"'}, f"includes {name}: neither a file of ours nor")

    def test_test_code_stays_in_tests_and_sees_no_more_than_its_top_folder(self):
        self.assert_found({"runtime/c/batch.cpp": '#include "runtime/c/c_testing.h"'}, "test code, in what is no test")
        self.assert_found({"compiler/cli/main.cpp": '#include "tests/property/random.h"'}, "test code, in what is no test")
        self.assert_found({"runtime/c/batch_test.cpp": '#include "compiler/ast/ast.h"'}, "a test sees its own top folder")
        self.assertEqual([], self.found({"runtime/ir/text_test.cpp": '#include "runtime/set/build.h"'}))
        self.assertEqual([], self.found({"compiler/ast/planted_test.cpp": '#include "runtime/index/index.h"'}))

    def test_a_clock_where_none_may_be_read(self):
        for text in ("auto t = std::chrono::system_clock::now();", "(void)clock_gettime(CLOCK_REALTIME, &t);"):
            self.assert_found({"runtime/set/evaluator.cpp": text}, "the clock only in ")
        self.assertEqual([], self.found({"runtime/set/evaluator.cpp": "// no std::time( here"}))

    def test_numbers_that_look_random(self):
        for text in ("std::mt19937 dice(now);", "return rand() % 6;", "srand(1);"):
            self.assert_found({"server/flow/planted.cpp": text}, "random numbers of a seed only in ")
        self.assertEqual([], self.found({"server/flow/planted.cpp": "auto a = strand(); operand();"}))
        self.assert_found({"server/flow/planted.cpp": "x = high_resolution_clock::now();"}, "the clock only in ")
        self.assert_found({"server/flow/planted.cpp": "x = time(nullptr);"}, "the clock only in ")

    def test_a_port_that_came_by_way_of_another_header(self):
        for path, text, port in [
            ("server/config/parse.cpp", "void f(Store& store);", "Store of server/store"),
            ("server/flow/completion/planted.h", "class UnitOfWork;", "UnitOfWork of server/store"),
            ("server/token/scope.cpp", "PolicyVerdict verdict;", "PolicyVerdict of server/decision"),
            ("server/limits/tries.cpp", "const RiskEngine* engine;", "RiskEngine of server/risk"),
        ]:
            self.assert_found({path: text}, f"^{path}:[0-9]+: uses {port}: ")
        for text in ("// Store", 'f("Store");', "/* Store */", "RestoreStores();"):
            self.assertEqual([], self.found({"server/config/parse.cpp": text}), text)

    def test_a_port_that_the_file_does_not_know(self):
        self.assert_found({"server/limits/planted.h": "class Odd {\n  virtual int next() = 0;\n};"},
                          "Odd is a port: name it under `ports: server/limits`")
        text = (ROOT / "tests/layering/arrows.txt").read_text(encoding="utf-8")
        self.assert_found({}, "server/risk has no class Gone", text.replace("\nports: server/risk ", "\nports: server/risk Gone "))

    def test_a_grant_that_nothing_needs(self):
        text = (ROOT / "tests/layering/arrows.txt").read_text(encoding="utf-8")
        for grant, place, name in [("(curl/): ", "server/log", "libcurl"), ("(arpa/inet.h): ", "bench/", "network addresses"),
                                   ("getrandom): ", "server/app", "random numbers of the system")]:
            self.assert_found({}, f"no file of {place} needs {name}: take it out", text.replace(grant, f"{grant}{place} "))

    def test_an_arrow_that_nothing_uses(self):
        text = (ROOT / "tests/layering/arrows.txt").read_text(encoding="utf-8")
        text = text.replace("\nruntime/jit: ", "\nruntime/jit: runtime/abi ")
        self.assert_found({}, "no file of runtime/jit includes runtime/abi any more", text)


class Small(unittest.TestCase):
    """The same on trees of a few lines, where the drawing itself is wrong."""

    def found(self, drawing_text, **files):
        tree = rooms.Tree({name.replace("_", "/") + ".h": "\n".join(f'#include "{f}.h"' for f in into)
                           for name, into in files.items()})
        return rooms.Check(tree, rooms.Drawing(drawing_text)).complaints()

    def test_a_cycle_even_where_every_arrow_is_allowed(self):
        text = "a/x: a/y\na/y: a/z\na/z:\n  !a/x: somebody wanted it so very much\n"
        self.assertEqual(["a cycle of rooms: a/x -> a/y -> a/z -> a/x"] * 2,
                         self.found(text, a_x_1=["a/y/1"], a_y_1=["a/z/1"], a_z_1=["a/x/2"], a_x_2=[]))

    def test_a_cycle_of_includes_that_no_arrow_allows(self):
        self.assertIn("a cycle of rooms: a/x -> a/y -> a/x",
                      self.found("a/x: a/y\na/y:\n", a_x_1=["a/y/1"], a_y_1=["a/x/1"]))

    def test_an_arrow_up_needs_a_reason(self):
        files = {"a_y_1": ["a/x/1"], "a_x_1": []}
        self.assertIn("arrows.txt: a/y -> a/x goes up: move a line, or say why with !a/x",
                      self.found("a/x:\na/y: a/x\n", **files))
        self.assertEqual([], self.found("a/x:\na/y:\n  !a/x: it was there before the drawing\n", **files))

    def test_no_room_of_the_drawing_is_a_slip_of_the_pen(self):
        for text, why in [("a/x: a/y\n", "which is no room"), ("a/x:\na/x:\n", "stands here twice"),
                          ("a/x:\n  !a/y: so\n", "say why"), ("  !a/y: it was always so, really\n", "of the room above"),
                          ("a/x\n", "without a colon"), ("What is this: a/x\n", "what is")]:
            with self.assertRaisesRegex(ValueError, why):
                rooms.Drawing(text)


class Docs(unittest.TestCase):
    def test_architecture_draws_what_the_file_says(self):
        page = ARCHITECTURE.read_text(encoding="utf-8")
        fresh = drawing.drawn(page, DRAWING)
        if os.environ.get("GATE_UPDATE"):
            ARCHITECTURE.write_text(fresh, encoding="utf-8")
            page = fresh
        self.assertEqual({"rooms of server", "rooms of compiler", "rooms of runtime", "who sees what", "exceptions"}, set(drawing.parts(page)))
        self.assertEqual(fresh, page, "GATE_UPDATE=1 tests/layering/layering_test.py draws it anew")

    def test_the_map_names_every_room(self):
        page = ARCHITECTURE.read_text(encoding="utf-8")
        for room in DRAWING.arrows:
            if "/" in room.rstrip("/") and room.split("/")[0] in ("compiler", "runtime", "server"):
                self.assertRegex(page, rf"(?m)^\|[^|]*`{room}/`", f"{room} has no row")

    def test_the_map_says_which_libraries_a_room_sees(self):
        """In the last column: the third parties of the room that are none of the machine or in nearly every room."""
        page = ARCHITECTURE.read_text(encoding="utf-8").split("## Who may include whom")[0]
        told = {"{fmt}", "network addresses", "sockets", "system calls", "GoogleTest", "Google Benchmark", "Node-API"}
        missing = []
        for cells in re.findall(r"^\|([^|]*)\|[^|]*\|([^|]*)\|$", page, re.M):
            rooms_here = [r.rstrip("/") for r in re.findall(r"`([^`]+)/`", cells[0])]
            rooms_here = [r for r in rooms_here if r.split("/")[0] in ("compiler", "runtime", "server")]
            sees = {p.name for p in DRAWING.parties if p.name not in told and set(p.places) & set(rooms_here)}
            missing += [f"{cells[0].strip()}: {name}" for name in sorted(sees) if name.removeprefix("Boost.").split(" ")[0] not in cells[1]]
        self.assertEqual([], missing, listed(missing))

    def test_functions_that_architecture_names_are_in_the_files_that_it_names(self):
        named = re.findall(r"`([A-Za-z_:]+)(\(\))?`\s+\(`([^`]+\.(?:cpp|h))`\)", ARCHITECTURE.read_text(encoding="utf-8"))
        self.assertGreater(len(named), 12)
        for function, call, path in named:
            of = function.split("::")
            text = SOURCES.files[path]
            if call:
                self.assertRegex(text, rf"\b{of[-1]}\(", f"{path} has no {function}()")
            self.assertTrue(all(re.search(rf"\b{o}\b", text) for o in of), f"{path} has no {function}()")

    def test_headers_that_comments_name_exist(self):
        missing = []
        for path, text in SOURCES.files.items():
            if path.split("/")[0] not in ("compiler", "runtime"):
                continue
            for comment in re.findall(r"//[^\n]*", text):
                for name in re.findall(r"[\w/]+\.(?:h|hpp|def)\b", comment):
                    if not any(("/" + p).endswith("/" + name) for p in SOURCES.files):
                        missing.append(f"{path}: {name}")
        self.assertEqual([], missing, listed(missing))

    def test_every_path_in_the_docs_exists(self):
        missing = []
        pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "bench").glob("*.md"))]
        tops = "|".join(["grammar", "compiler", "runtime", "server", "bench", "tests", "docs", "examples", "cmake"])
        pattern = re.compile(rf"`((?:{tops})/[A-Za-z0-9_./-]*[A-Za-z0-9_/])`")
        for page in pages:
            for found in pattern.findall(page.read_text(encoding="utf-8")):
                if not (ROOT / found).exists():
                    missing.append(f"{page.relative_to(ROOT)}: {found}")
        self.assertEqual([], missing, listed(missing))


if __name__ == "__main__":
    sys.exit(unittest.main())
