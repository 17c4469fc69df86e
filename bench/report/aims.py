"""The aims of the evaluator, and what a run says of each: reached, missed by how much, or not measured."""
from dataclasses import dataclass


@dataclass
class Verdict:
    what: str
    aim: str
    measured: str
    state: str  # "reached", "missed (2.1x)", "not measured"


def find(document, policies, name, distribution="selective"):
    for run in document["runs"]:
        if run["policies"] == policies and run["distribution"] == distribution:
            entry = run["benchmarks"].get(name)
            return entry if entry and "skipped" not in entry else None
    return None


def duration(ns):
    for limit, unit in ((1e3, "ns"), (1e6, "us"), (1e9, "ms")):
        if ns < limit:
            value = ns / (limit / 1e3)
            return f"{value:.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"
    return f"{ns / 1e9:.3g} s"


def amount(size):
    for limit, unit in ((1e3, "B"), (1e6, "KB"), (1e9, "MB")):
        if abs(size) < limit:
            return f"{size / (limit / 1e3):.3g} {unit}"
    return f"{size / 1e9:.3g} GB"


def at_most(what, aim, value, spell=duration, cpu=None):
    """`cpu`: the CPU time behind a time by the clock, said beside it, for it tells a busy machine from a slow program."""
    if value is None:
        return Verdict(what, f"<= {spell(aim)}", "-", "not measured")
    said = spell(value) if cpu is None else f"{spell(value)} ({spell(cpu)} of CPU)"
    state = "reached" if value <= aim else f"missed ({value / aim:.2g}x)"
    return Verdict(what, f"<= {spell(aim)}", said, state)


def times(value):
    return f"{value:.3g}x"


def count(value):
    return f"{value:.3g}"


def ratio(document, policies, above, below):
    a, b = find(document, policies, above), find(document, policies, below)
    return a["ns"] / b["ns"] if a and b else None


def get(entry, key="ns"):
    return entry.get(key) if entry else None


def two_threads(document):
    """Google Benchmark divides the time of a threaded run by the decisions of all threads. On a busy machine the clock says who
    got a core, not how the evaluator scales; then it is the CPU time per decision that must not grow with the second thread."""
    what, aim = "two threads against one, 240 policies", 1.9
    one, two = (find(document, 240, f"decide/threads:{n}/native") for n in (1, 2))
    if not one or not two:
        return Verdict(what, f">= {aim}x", "-", "not measured")
    busy = float(document["header"]["load_before"]) > 0.5 or float(document["header"]["load_after"]) > 2.5
    if busy and not (one.get("cpu_ns") and two.get("cpu_ns")):
        return Verdict(what, f">= {aim}x", "-", "not measured")
    speed = 2 * one["cpu_ns"] / two["cpu_ns"] if busy else one["ns"] / two["ns"]
    return Verdict(what, f">= {aim}x", times(speed) + (" by CPU time, machine busy" if busy else ""),
                   "reached" if speed >= aim else f"missed ({aim / speed:.2g}x)")


def verdicts(document):
    prepared = "decide/prepared/native"
    out = []

    def ns(what, aim, policies, name):
        found = find(document, policies, name)
        out.append(at_most(what, aim, get(found), cpu=get(found, "cpu_ns")))

    ns("decision, request prepared, 240 policies", 50, 240, prepared)
    out.append(at_most("allocations of that decision", 0, get(find(document, 240, prepared), "allocations"), count))
    ns("decision from numbers, principal bound, 240 policies", 50, 240, "decide/principal/native")
    ns("decision from numbers, principal not bound, 240 policies", 100, 240, "decide/interned/native")
    ns("decision, request prepared, 10,000 policies", 300, 10_000, prepared)
    ns("decision, request prepared, 100,000 policies", 1_000, 100_000, prepared)
    small, large = find(document, 240, prepared), find(document, 100_000, prepared)
    out.append(at_most("growth of a decision from 240 to 100,000 policies", 20,
                       large["ns"] / small["ns"] if small and large else None, times))
    ns("decision from strings, 240 policies", 500, 240, "decide/strings/native")
    ns("decision from JSON, 240 policies", 2_000, 240, "decide/json/native")
    out.append(two_threads(document))
    ns("folder of 240 policies to the first decision, new process", 40e6, 240, "set/cold_folder_to_decision")
    cold_240, code = find(document, 240, "set/cold_folder_to_decision"), find(document, 240, "set/cold_decision_to_code")
    out.append(at_most("folder of 240 policies to machine code, new process", 80e6,
                       cold_240["ns"] + code["ns"] if cold_240 and code else None))
    ns("folder of 240 policies, cached and unchanged, to a set", 5e6, 240, "set/unchanged_folder_cached/native")
    ns("one policy of 240 edited, cached, new set in force", 5e6, 240, "set/reload_one_edited_cached/native")
    ns("one policy of 100,000 edited, cached, new set in force", 0.5e9, 100_000, "set/reload_one_edited_cached/native")
    during = find(document, 240, "set/decisions_during_reload")
    out.append(at_most("p99 of decisions while sets are replaced, against quiet, 240 policies", 2,
                       during["busy_p99_ns"] / during["quiet_p99_ns"] if during and during.get("quiet_p99_ns") else None, times))
    cold = find(document, 100_000, "set/cold_folder_to_decision")
    out.append(at_most("100,000 policies, text to decision, cold", 4e9, get(cold), cpu=get(cold, "cpu_ns")))
    out.append(at_most("most resident memory of that", 300e6, get(cold, "resident_bytes"), amount))
    for policies in (240, 10_000, 100_000):
        out.append(at_most(f"bytes per policy in force, {policies:,} policies", 300,
                           get(find(document, policies, "set/memory"), "bytes_per_policy"), count))
    out.append(at_most("explain against decide (from strings), 240 policies", 2.5,
                       ratio(document, 240, "decide/explain/native", "decide/strings/native"), times))
    reloads = find(document, 240, "set/memory_over_reloads")
    out.append(at_most(f"heap growth over {reloads['reloads'] if reloads else 0:.0f} reloads of 240 policies", 64e3,
                       get(reloads, "heap_growth_bytes"), amount))
    return out
