#!/usr/bin/env python3
"""Installs the build into a prefix and uses it the way strangers do: with find_package, with pkg-config, from C, C++ and Node."""
import argparse
import functools
import os
import re
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

ARGS = None


def run(*command, cwd=None, env=None, fine=True):
    done = subprocess.run([str(c) for c in command], cwd=cwd, env={**os.environ, **(env or {})},
                          capture_output=True, text=True)
    if fine and done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def prefix():
    return ARGS.build / "install-test" / "prefix"


@functools.cache
def example(name, *cmake_arguments):
    """Builds an example out of the source tree against the prefix; returns its build folder."""
    source, build = ARGS.build / "install-test" / name / "source", ARGS.build / "install-test" / name / "build"
    shutil.rmtree(source.parent, ignore_errors=True)
    shutil.copytree(ARGS.source / "examples" / name, source)
    run("cmake", "-S", source, "-B", build, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix()}",
        f"-DCMAKE_CXX_COMPILER={ARGS.cxx}", f"-DCMAKE_C_COMPILER={ARGS.cc}", f"-DCMAKE_CXX_FLAGS={ARGS.flags}",
        f"-DCMAKE_C_FLAGS={ARGS.flags}", "-DCMAKE_BUILD_TYPE=Release", *cmake_arguments)
    run("cmake", "--build", build)
    return build


def library(name):
    found = sorted(prefix().glob(f"lib*/**/{name}"))
    assert found, f"{name} was not installed"
    return found[0]


def needed(path):
    """Names of the libraries that the loader would map for `path`, all of them."""
    return set(re.findall(r"^\s*(\S+?)\.so", run("ldd", path).stdout, re.M))


class Installed(unittest.TestCase):
    def test_the_runtime_knows_neither_llvm_nor_antlr_and_is_under_two_megabytes(self):
        for name in ("libgate_runtime.so", "libgate.so"):
            path = library(name)
            wrong = [n for n in needed(path) if re.search(r"LLVM|antlr|boost|sqlite|curl", n)]
            self.assertEqual([], wrong, f"{name} needs {wrong}")
            if not ARGS.flags:
                self.assertLess(path.stat().st_size, 2 * 1000 * 1000, name)

    def test_libraries_need_what_the_docs_say(self):
        page = (ARGS.source / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
        said = dict(re.findall(r"^\| `(lib\w+\.so)` \| (.+) \|$", page, re.M))
        self.assertEqual({"libgate.so", "libgate_runtime.so", "libgate_facts.so", "libgate_compiler.so", "libgate_compile.so"},
                         set(said))
        system = r"lib(c|m|stdc\+\+|gcc_s|\w+san)$|ld-linux"
        for name, libraries in said.items():
            entries = re.findall(r"\(NEEDED\).*\[(.+?)(?:-[\d.]+)?\.so", run("readelf", "-d", library(name)).stdout)
            self.assertEqual(set(libraries.split(", ")), {n for n in entries if not re.match(system, n)}, name)

    def test_the_compiler_brings_no_second_runtime(self):
        defined = run("nm", "-DC", "--defined-only", library("libgate_compiler.so")).stdout
        self.assertIn("gate::compile_folder(", defined)
        self.assertNotIn("gate::PolicySet::evaluate(", defined)
        self.assertIn("libgate_runtime", needed(library("libgate_compiler.so")))

    def test_libraries_show_nothing_but_what_is_ours(self):
        for line in run("nm", "-DC", "--defined-only", library("libgate.so")).stdout.splitlines():
            self.assertRegex(line, r" (gate_\w+@@GATE_1|GATE_1)$")
        for name in ("libgate_runtime.so", "libgate_compiler.so", "libgate_facts.so"):
            for line in run("nm", "-DC", "--defined-only", "--extern-only", library(name)).stdout.splitlines():
                self.assertRegex(line, r" (typeinfo |typeinfo name |vtable |guard variable )?(for )?gate::", name)

    def test_no_installed_text_names_the_place_it_was_built_in(self):
        files = [p for p in prefix().rglob("*") if p.suffix in {".cmake", ".pc", ".h", ".hpp", ".def"}]
        self.assertGreater(len(files), 12)
        for path in files:
            text = path.read_text(encoding="utf-8")
            self.assertNotIn(str(ARGS.source), text, path)
            self.assertNotIn(str(ARGS.build), text, path)

    def test_every_public_header_stands_alone(self):
        run("cmake", "--build", ARGS.build, "--target", "all_verify_interface_header_sets")

    def test_the_prefix_can_be_moved(self):
        moved = prefix().parent / "moved"
        shutil.rmtree(moved, ignore_errors=True)
        shutil.copytree(prefix(), moved, symlinks=True)
        out = run("pkg-config", "--cflags", "--libs", "gate", env={"PKG_CONFIG_PATH": str(library("gate.pc").parent).replace(str(prefix()), str(moved))})
        for path in re.findall(r"-[IL](\S+)", out.stdout):
            self.assertTrue(Path(path).resolve().is_dir() and str(moved) in str(Path(path).resolve()), out.stdout)


class EmbedCpp(unittest.TestCase):
    def test_compiles_decides_and_replaces(self):
        build = example("embed-cpp")
        done = run(build / "embed-cpp", ARGS.source / "examples" / "retail-bank")
        self.assertEqual((ARGS.source / "tests/install/embed-cpp.expected").read_text(), done.stdout)

    def test_a_wrong_policy_is_told_and_not_loaded(self):
        build = example("embed-cpp")
        folder = build / "wrong"
        folder.mkdir(exist_ok=True)
        (folder / "wrong.gate").write_text('policy "p" { users include all target include all apps when sign_in_rsik == high grant block }\n')
        done = run(build / "embed-cpp", folder, fine=False)
        self.assertEqual(1, done.returncode)
        self.assertIn("sign_in_risk", done.stderr)
        self.assertEqual("", done.stdout)


@functools.cache
def pkg_config_env():
    """What a person sets who installed into a prefix of his own."""
    folder = library("gate.pc").parent
    return {"PKG_CONFIG_PATH": str(folder), "LD_LIBRARY_PATH": str(folder.parent), "CC": str(ARGS.cc)}


@functools.cache
def embed_c():
    """Builds examples/embed-c by its Makefile; returns its folder, in which bank.gateset is made."""
    folder = ARGS.build / "install-test" / "embed-c"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ARGS.source / "examples" / "embed-c", folder)
    run("make", "-C", folder, f"CFLAGS=-O2 -Werror {ARGS.flags}", env=pkg_config_env())
    run(folder / "build-set", ARGS.source / "examples" / "retail-bank", folder / "bank.gateset", env=pkg_config_env())
    return folder


class EmbedC(unittest.TestCase):
    def test_compiles_to_a_file_loads_it_decides_and_explains(self):
        done = run(embed_c() / "decide", embed_c() / "bank.gateset", env=pkg_config_env())
        self.assertEqual((ARGS.source / "tests/install/embed-c.expected").read_text(), done.stdout)
        self.assertNotIn("libgate_compiler", needed(embed_c() / "decide"))

    def test_a_file_with_machine_code_decides_by_it_without_llvm(self):
        native = embed_c() / "bank.gatec.so"
        run(embed_c() / "build-set", "--native", ARGS.source / "examples" / "retail-bank", native, env=pkg_config_env())
        done = run(embed_c() / "decide", native, env=pkg_config_env())
        self.assertEqual((ARGS.source / "tests/install/embed-c.expected").read_text(), done.stdout)
        self.assertEqual("decided by machine_code\n", done.stderr)
        self.assertEqual("decided by tables\n", run(embed_c() / "decide", embed_c() / "bank.gateset", env=pkg_config_env()).stderr)
        wrong = [n for n in needed(embed_c() / "decide") if re.search(r"LLVM|antlr", n)]
        self.assertEqual([], wrong)
        self.assertEqual("", run("ldd", native).stdout.replace("\tstatically linked\n", ""))

    def test_a_wrong_file_is_told(self):
        done = run(embed_c() / "decide", embed_c() / "decide.c", env=pkg_config_env(), fine=False)
        self.assertEqual((1, ""), (done.returncode, done.stdout))
        self.assertIn("no compiled policy set", done.stderr)

    def test_the_interface_holds_in_c11_and_in_cpp_and_under_the_address_sanitizer(self):
        source = ARGS.source / "tests/install/c/api_test.c"
        flags = run("pkg-config", "--cflags", "--libs", "gate-compile", env=pkg_config_env()).stdout.split()
        sanitize = [ARGS.flags] if ARGS.flags else ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
        for name, compiler in [("c11", [ARGS.cc, "-std=c11"]), ("cpp", [ARGS.cxx, "-x", "c++", "-std=c++20"])]:
            program = embed_c() / f"api_test_{name}"
            casts = ["-fpermissive", "-w"] if name == "cpp" else ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
            run(*compiler, *casts, "-g", *sanitize, source, "-o", program, *flags)
            self.assertEqual("0 failures\n", run(program, embed_c() / "bank.gateset", env=pkg_config_env()).stdout)


class EmbedNode(unittest.TestCase):
    def test_decides_on_objects_and_throws_on_what_it_does_not_understand(self):
        if ARGS.flags:
            self.skipTest("node is not built with the sanitizer")
        folder = ARGS.build / "install-test-node"  # kept between runs: npm ci asks the network only once
        source = ARGS.source / "examples" / "embed-node"
        lock = folder / "package-lock.json"
        if not lock.exists() or lock.read_bytes() != (source / "package-lock.json").read_bytes():
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(source, folder, ignore=shutil.ignore_patterns("node_modules", "gate.node"))
            lock.unlink()
            shutil.copy(source / "package-lock.json", folder / "lock")
            (folder / "lock").rename(lock)
            run("npm", "ci", "--no-audit", "--no-fund", cwd=folder)
        for path in source.iterdir():
            if path.is_file() and path.suffix in {".c", ".js", ".sh"}:
                shutil.copy(path, folder)
        run("npm", "run", "build", cwd=folder, env={**pkg_config_env(), "CFLAGS": "-O2 -Werror"})
        done = run("node", "main.js", embed_c() / "bank.gateset", cwd=folder)
        self.assertEqual((ARGS.source / "tests/install/embed-node.expected").read_text(), done.stdout)


class FindPackage(unittest.TestCase):
    def configure(self, text):
        folder = ARGS.build / "install-test" / "find-package"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "CMakeLists.txt").write_text(f"cmake_minimum_required(VERSION 3.25)\nproject(P LANGUAGES C CXX)\n{text}\n")
        (folder / "main.cpp").write_text("#include <gate/evaluator.hpp>\nint main() { return gate::Evaluator().evaluate({}).outcome == gate::Outcome::kBlock ? 0 : 1; }\n")
        return folder, run("cmake", "-S", folder, "-B", folder / "build", "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix()}",
                           f"-DCMAKE_CXX_COMPILER={ARGS.cxx}", f"-DCMAKE_CXX_FLAGS={ARGS.flags}", fine=False)

    def test_the_static_runtime_links_into_one_file(self):
        folder, done = self.configure("find_package(Gate REQUIRED COMPONENTS runtime_static)\nadd_executable(p main.cpp)\ntarget_link_libraries(p gate::runtime_static)")
        self.assertEqual(0, done.returncode, done.stderr)
        run("cmake", "--build", folder / "build")
        run(folder / "build" / "p")
        self.assertNotIn("libgate_runtime", needed(folder / "build" / "p"))

    def test_an_unknown_component_and_another_version_are_refused(self):
        self.assertIn("nonsense", self.configure("find_package(Gate REQUIRED COMPONENTS nonsense)")[1].stderr)
        self.assertNotEqual(0, self.configure("find_package(Gate 0.2 REQUIRED)")[1].returncode)
        self.assertNotEqual(0, self.configure("find_package(Gate 1.0 REQUIRED)")[1].returncode)

    def test_all_targets_are_there_without_naming_components(self):
        checks = "\n".join(f"if(NOT TARGET gate::{t})\n  message(FATAL_ERROR \"gate::{t} is missing\")\nendif()" for t in ("runtime", "facts", "c", "compiler", "gate"))
        _, done = self.configure("find_package(Gate REQUIRED)\n" + checks)
        self.assertEqual(0, done.returncode, done.stderr)


def main():
    global ARGS
    parser = argparse.ArgumentParser()
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--cxx", default="c++")
    parser.add_argument("--cc", default="cc")
    parser.add_argument("--flags", default="")
    ARGS, rest = parser.parse_known_args()
    shutil.rmtree(ARGS.build / "install-test", ignore_errors=True)
    for component in ("runtime", "compiler", "dev"):
        run("cmake", "--install", ARGS.build, "--prefix", prefix(), "--component", component)
    unittest.main(argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    main()
