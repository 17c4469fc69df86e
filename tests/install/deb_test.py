#!/usr/bin/env python3
"""Packs the build with cpack, looks at what is in the packages, and installs them into a root of their own."""
import argparse
import os
import re
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

ARGS = None


def run(*command, cwd=None, env=None):
    done = subprocess.run([str(c) for c in command], cwd=cwd, env={**os.environ, **(env or {})},
                          capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def out():
    return ARGS.build / "deb-test"


def packages():
    return sorted(out().glob("*.deb"))


def package(name):
    found = [p for p in packages() if p.name.startswith(name + "_")]
    assert len(found) == 1, f"{name}: {found}"
    return found[0]


def contents(path):
    """Files and links of a package, without version numbers and the triplet of the library folder."""
    for line in run("dpkg-deb", "-c", path).splitlines():
        mode, owner, _, _, _, name = line.split(None, 5)
        assert owner == "root/root", line
        if not mode.startswith("d"):
            name = name.split(" -> ")[0].removeprefix("./usr/")
            name = re.sub(r"^lib/[a-z0-9_]+-linux-gnu/", "lib/", name)
            yield re.sub(r"(\.so\.)\d+\.\d+\.\d+$", r"\1VERSION", name)


def root():
    """All packages, installed by dpkg into a root that holds nothing else."""
    folder = out() / "root"
    if not folder.exists():
        admin = folder / "var/lib/dpkg"
        for part in ("info", "updates", "triggers"):
            (admin / part).mkdir(parents=True)
        (admin / "status").touch()
        (folder / "var/log").mkdir()
        # What the packages need is not in this root, and its maintainer scripts have no shell to run in.
        for path in packages():
            run("dpkg", f"--root={folder}", "--force-not-root", "--force-script-chrootless", "--force-depends",
                "--log=/dev/null", "--unpack", path)
    return folder


class Packages(unittest.TestCase):
    maxDiff = None

    def test_hold_what_they_should(self):
        file = ARGS.source / "tests/install/deb-contents.expected"
        expected = dict(re.findall(r"^(\S+)\n((?:  \S+\n)+)", file.read_text(), re.M))
        found = {p.name.split("_")[0]: "".join(f"  {n}\n" for n in sorted(contents(p))) for p in packages()}
        if os.environ.get("GATE_UPDATE"):
            expected.update(found)
            file.write_text("".join(f"{name}\n{lines}" for name, lines in sorted(expected.items())))
        # Without the server or the command line in the build, their packages are not there.
        self.assertLessEqual({"libgate-runtime", "libgate-compiler", "libgate-dev"}, set(found))
        self.assertEqual({name: expected.get(name) for name in found}, found)

    def test_each_says_under_which_licence_it_is(self):
        for path in packages():
            text = (root() / "usr/share/doc" / path.name.split("_")[0] / "copyright").read_text()
            self.assertIn("License: Apache-2.0\n", text)
            self.assertIn("The Gatehouse authors", text)

    def test_the_runtime_depends_on_no_compiler(self):
        depends = run("dpkg-deb", "-f", package("libgate-runtime"), "Depends")
        self.assertIn("libc6", depends)
        self.assertNotRegex(depends, "llvm|antlr|sqlite|curl")
        self.assertIn("libgate-runtime (= ", run("dpkg-deb", "-f", package("libgate-dev"), "Depends"))
        self.assertIn("libantlr4-runtime", run("dpkg-deb", "-f", package("libgate-compiler"), "Depends"))

    def test_dpkg_takes_them_and_a_program_builds_against_them(self):
        folder = root()
        known = run("dpkg", f"--root={folder}", "--list")
        for path in packages():
            self.assertRegex(known, rf"(?m)^[iu].\s+{path.name.split('_')[0]}\b")
        pc = next((folder / "usr/lib").rglob("gate.pc"))
        env = {"PKG_CONFIG_PATH": str(pc.parent), "LD_LIBRARY_PATH": str(pc.parent.parent)}
        example = out() / "embed-c"
        shutil.rmtree(example, ignore_errors=True)
        shutil.copytree(folder / "usr/share/doc/libgate-dev/examples/embed-c", example)
        run("make", "-C", example, env={**env, "CC": ARGS.cc})
        run(example / "build-set", folder / "usr/share/doc/libgate-dev/examples/retail-bank", example / "bank.gateset", env=env)
        self.assertEqual((ARGS.source / "tests/install/embed-c.expected").read_text(),
                         run(example / "decide", example / "bank.gateset", env=env))

    def test_programs_start(self):
        for name in {p.name.split("_")[0] for p in packages()} & {"gatec", "gated"}:
            path = root() / "usr/bin" / name
            self.assertIn(ARGS.version, run(path, "--version"))


def main():
    global ARGS
    parser = argparse.ArgumentParser()
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--cc", default="cc")
    parser.add_argument("--version", default="0.1.0")
    ARGS, rest = parser.parse_known_args()
    shutil.rmtree(out(), ignore_errors=True)
    run("cpack", "-G", "DEB", "-B", out(), cwd=ARGS.build)
    unittest.main(argv=[sys.argv[0], *rest])


if __name__ == "__main__":
    main()
