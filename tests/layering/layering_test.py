#!/usr/bin/env python3
"""Fails when a folder includes what it may not: docs/ARCHITECTURE.md "Directions", as a test.

Reads the #include lines of every C and C++ file. Two tables say everything:
FOLDERS  which of our folders a folder may include, by longest matching prefix;
FENCES   which folders may see a third party. Whatever is not listed is refused.
Also checks that every path written in the docs exists, so that the map stays true.
"""
import re
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = {".cpp", ".h", ".hpp", ".cc", ".c", ".def"}

# folder: prefixes of our own includes that it may use (a folder may always include itself).
# "gate/" are the public headers; which of them come from compiler/include is told apart below.
FOLDERS = {
    "runtime": ["gate/", "runtime/"],
    "compiler": ["gate/", "runtime/", "compiler/"],
    "compiler/parse": ["gate/", "compiler/", "GateLexer", "GateParser"],
    "server": ["gate/", "server/"],
    "bench": ["gate/", "runtime/", "compiler/", "bench/"],
    "bench/load": ["gate/", "bench/"],
    "tests": ["gate/", "runtime/", "compiler/", "server/", "tests/"],
    "examples": ["gate/"],
}
# Public headers that belong to the compiler: the runtime must not know them.
COMPILER_HEADERS = {"gate/compile.hpp", "gate/gate_compile.h", "gate/run_tests.hpp"}

# third party: (pattern of the include, folders that may see it)
FENCES = {
    "ANTLR": (r"antlr4|GateLexer|GateParser", ["compiler/parse"]),
    "LLVM": (r"llvm/|llvm-c/", ["compiler/lower", "runtime/jit"]),
    "OpenSSL": (r"openssl/|boost/(asio|beast)/ssl", ["server/crypto", "runtime/digest", "server/http"]),
    "SQLite": (r"sqlite3", ["server/store/sqlite"]),
    "libcurl": (r"curl/", ["server/delivery", "bench/load"]),
    "argon2": (r"argon2", ["server/crypto"]),
    "toml++": (r"toml\+\+|toml.hpp", ["server/config"]),
    "CLI11": (r"CLI/", ["compiler/cli", "server/main.cpp", "bench", "server/admin"]),
    "Boost.JSON": (r"boost/json", ["runtime/facts", "compiler/cli", "compiler/diagnostics", "compiler/graph",
                                   "server", "bench", "tests"]),
    "simdjson": (r"simdjson", ["runtime/facts"]),
    "xxHash": (r"xxhash", ["runtime/replay"]),
    "Boost.Asio and Beast": (r"boost/(asio|beast)", ["server/http", "server/main.cpp", "bench/load", "tests"]),
    "libmaxminddb": (r"maxminddb", ["server/decision", "server/geo"]),
    "prometheus-cpp": (r"prometheus/", ["server/metrics"]),
    "Google Benchmark": (r"benchmark/benchmark", ["bench"]),
    "GoogleTest": (r"g(test|mock)/", ["runtime", "compiler", "server", "tests", "bench"]),
}

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')


def includes(path):
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        found = INCLUDE.match(line)
        if found:
            yield number, found.group(1)


def is_test(path):
    return path.endswith("_test.cpp") or path.startswith("tests/")


def under(path, prefix):
    return path == prefix or path.startswith(prefix + "/")


def rule_for(path):
    """The FOLDERS entry with the longest matching prefix, or None."""
    best = [p for p in FOLDERS if under(path, p)]
    return max(best, key=len) if best else None


def wrong_includes(path, listed):
    """The complaints about one file: path relative to the root, listed = [(line, include)]."""
    folder = rule_for(path)
    for line, name in listed:
        where = f"{path}:{line}: includes {name}"
        for party, (pattern, allowed) in FENCES.items():
            if re.match(pattern, name) and not any(under(path, a) for a in allowed):
                yield f"{where}: {party} may be seen only by {', '.join(allowed)}"
        ours = name.split("/")[0] in {"gate", "runtime", "compiler", "server", "bench", "tests", "examples"}
        if not ours or folder is None or is_test(path):
            continue
        if not any(name.startswith(p) for p in FOLDERS[folder]):
            yield f"{where}: {folder} may include only {', '.join(FOLDERS[folder])}"
        if under(path, "runtime") and name in COMPILER_HEADERS:
            yield f"{where}: the runtime knows nothing of the compiler"


def source_files():
    for top in ("runtime", "compiler", "server", "bench", "tests", "examples"):
        for path in sorted((ROOT / top).rglob("*")):
            if path.suffix in SOURCES and "node_modules" not in path.parts:
                yield path.relative_to(ROOT).as_posix(), path


class Layering(unittest.TestCase):
    def test_every_include_follows_the_directions(self):
        complaints, files = [], 0
        for name, path in source_files():
            files += 1
            complaints += wrong_includes(name, includes(path))
        self.assertGreater(files, 50, "the sources were not found")
        self.assertEqual([], complaints, "\n" + "\n".join(complaints))

    def test_a_wrong_arrow_is_noticed(self):
        for path, name in [
            ("server/flow/sign_in_flow.cpp", "runtime/ir/program.h"),
            ("runtime/ir/text.cpp", "compiler/ast/ast.h"),
            ("runtime/set/evaluator.cpp", "gate/compile.hpp"),
            ("compiler/sema/types.cpp", "antlr4-runtime.h"),
            ("compiler/sema/types.cpp", "llvm/IR/Module.h"),
            ("server/flow/sign_in_flow.cpp", "openssl/evp.h"),
            ("server/store/store.h", "sqlite3.h"),
            ("runtime/jit/orc_session.cpp", "server/crypto/hmac.h"),
            ("examples/embed-cpp/main.cpp", "runtime/ir/program.h"),
        ]:
            self.assertTrue(list(wrong_includes(path, [(1, name)])), f"{path} -> {name} was not noticed")

    def test_public_headers_include_only_public_headers_and_the_standard_library(self):
        complaints = []
        for folder in ("runtime/include", "compiler/include"):
            for path in sorted((ROOT / folder).rglob("*.hpp")):
                for line, name in includes(path):
                    if "/" in name and not name.startswith("gate/"):
                        complaints.append(f"{path.relative_to(ROOT)}:{line}: {name}")
        self.assertEqual([], complaints, "\n" + "\n".join(complaints))


class Docs(unittest.TestCase):
    def test_every_path_in_the_docs_exists(self):
        missing = []
        pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "bench").glob("*.md"))]
        tops = "|".join(["grammar", "compiler", "runtime", "server", "bench", "tests", "docs", "examples", "cmake"])
        pattern = re.compile(rf"`((?:{tops})/[A-Za-z0-9_./-]*[A-Za-z0-9_/])`")
        for page in pages:
            for found in pattern.findall(page.read_text(encoding="utf-8")):
                if not (ROOT / found).exists():
                    missing.append(f"{page.relative_to(ROOT)}: {found}")
        self.assertEqual([], missing, "\n" + "\n".join(missing))


if __name__ == "__main__":
    sys.exit(unittest.main())
