#!/usr/bin/env python3
"""The report says what the numbers say: medians, spreads, aims, comparisons."""
import sys
import unittest
from pathlib import Path
from xml.dom import minidom

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).parent))
import aims  # noqa: E402
import collect  # noqa: E402
import compare  # noqa: E402
import plot  # noqa: E402
import tables  # noqa: E402


def google(name, time, unit="ns", **more):
    return {"name": name, "run_name": name, "run_type": "iteration", "real_time": time, "cpu_time": time, "time_unit": unit, "threads": 1,
            "iterations": 1, "repetitions": 3, "repetition_index": 0, "family_index": 0, "per_family_instance_index": 0, **more}


def entry(ns, spread=0.0, **more):
    return {"ns": ns, "low": ns * (1 - spread), "high": ns * (1 + spread), "repetitions": 3, **more}


def document(benchmarks, policies=240, distribution="selective"):
    return {"schema": 1,
            "header": {"date": "2026-01-01 00:00 UTC", "commit": "abc", "machine": "m & m", "compiler": "c", "build": "Release", "load_before": "0", "load_after": 0},
            "runs": [{"distribution": distribution, "policies": policies, "seed": 1, "sign_ins": 4, "benchmarks": benchmarks}]}


class Collect(unittest.TestCase):
    def test_takes_the_median_and_keeps_the_spread_and_the_counters(self):
        got = collect.entries({"benchmarks": [google("decide/x/y", t, allocations=2.0) for t in (30, 10, 20)]})
        self.assertEqual({"ns": 20, "low": 10, "high": 30, "repetitions": 3, "allocations": 2.0}, got["decide/x/y"])

    def test_reads_units_and_drops_what_google_benchmark_appends(self):
        got = collect.entries({"benchmarks": [google("text/parse/real_time", 2, "ms"), google("set/a/iterations:1/manual_time", 3, "us")]})
        self.assertEqual(2e6, got["text/parse"]["ns"])
        self.assertEqual(3e3, got["set/a"]["ns"])

    def test_counts_cpu_time_for_decisions_on_one_thread_and_wall_time_for_the_rest(self):
        runs = [google("decide/strings/native", 9), google("decide/threads/native/real_time/threads:2", 9), google("text/parse/real_time", 9)]
        got = collect.entries({"benchmarks": [{**run, "cpu_time": 5} for run in runs]})
        self.assertEqual([5, 9, 9], [got[name]["ns"] for name in ("decide/strings/native", "decide/threads:2/native", "text/parse")])

    def test_keeps_the_number_of_threads_apart(self):
        got = collect.entries({"benchmarks": [google(f"decide/threads/native/real_time/threads:{n}", 10 / n) for n in (1, 2)]})
        self.assertEqual({"decide/threads:1/native", "decide/threads:2/native"}, set(got))

    def test_says_why_a_row_was_skipped(self):
        got = collect.entries({"benchmarks": [google("a/b", 0, error_occurred=True, error_message="not built")]})
        self.assertEqual({"skipped": "not built"}, got["a/b"])


class Aims(unittest.TestCase):
    def verdict(self, benchmarks, what, **more):
        found = [v for v in aims.verdicts(document(benchmarks, **more)) if v.what == what]
        self.assertEqual(1, len(found))
        return found[0].state

    def test_reached_missed_and_not_measured_are_told_apart(self):
        what = "decision, request prepared, 240 policies"
        self.assertEqual("reached", self.verdict({"decide/prepared/native": entry(50)}, what))
        self.assertEqual("missed (2x)", self.verdict({"decide/prepared/native": entry(100)}, what))
        self.assertEqual("not measured", self.verdict({}, what))
        self.assertEqual("not measured", self.verdict({"decide/prepared/native": {"skipped": "not built"}}, what))

    def test_two_threads_go_by_the_clock_on_a_quiet_machine_and_by_cpu_time_on_a_busy_one(self):
        def state(load, one, two):
            made = document({"decide/threads:1/native": one, "decide/threads:2/native": two})
            made["header"]["load_before"] = load
            return aims.two_threads(made).state
        self.assertEqual("reached", state("0.1", entry(100), entry(51)))
        self.assertEqual("missed (1.9x)", state("0.1", entry(100), entry(100)))
        self.assertEqual("not measured", state("9", entry(100), entry(5)))
        self.assertEqual("reached", state("9", entry(100, cpu_ns=100), entry(5, cpu_ns=101)))
        self.assertEqual("missed (1.9x)", state("9", entry(100, cpu_ns=100), entry(5, cpu_ns=200)))


class Compare(unittest.TestCase):
    def verdict(self, old, new):
        return compare.changes(document({"decide/a/b": old}), document({"decide/a/b": new}))[0][4]

    def test_a_change_within_the_noise_is_no_change(self):
        self.assertEqual("same", self.verdict(entry(100), entry(104)))
        self.assertEqual("same", self.verdict(entry(100, 0.3), entry(125)))

    def test_a_change_beyond_it_is(self):
        self.assertEqual("slower", self.verdict(entry(100), entry(110)))
        self.assertEqual("faster", self.verdict(entry(100, 0.1), entry(50)))


    def test_the_baselines_are_the_yardstick_of_the_machine(self):
        old = document({"decide/a/native": entry(100), "decide/a/plain_loop": entry(1_000)})
        new = document({"decide/a/native": entry(300), "decide/a/plain_loop": entry(3_000)})
        self.assertEqual(3, compare.yardstick(old, new))
        self.assertEqual({"same"}, {row[4] for row in compare.changes(old, new)})
        self.assertIn("3.00x", compare.render(old, new))


class Output(unittest.TestCase):
    def test_the_table_shows_what_is_not_built_and_the_ratio_to_the_loop(self):
        text = tables.render(document({"decide/prepared/native": entry(20, allocations=0), "decide/prepared/plain_loop": entry(2_000),
                                       "decide/strings/native": {"skipped": "not built"}}))
        self.assertIn("100.0x", text)
        self.assertIn("not built", text)

    def test_the_plot_is_well_formed_with_one_size_only_and_with_none(self):
        for benchmarks in ({}, {"decide/prepared/native": entry(20)}):
            minidom.parseString(plot.render(document(benchmarks)))


if __name__ == "__main__":
    unittest.main()
