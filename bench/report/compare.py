"""Two results side by side. The hand-written baselines are the yardstick: by how much they moved is the machine, and the
ratios of decisions are divided by it. A change counts only when it is larger than both runs' own spread and than five per cent."""
import statistics

from aims import duration

NOTABLE = 0.05


def noise(entry):
    return (entry["high"] - entry["low"]) / 2 / entry["ns"] if entry["ns"] else 0.0


def pairs(old, new):
    """(run, name, old entry, new entry) of every row that both measured."""
    before = {(run["distribution"], run["policies"]): run["benchmarks"] for run in old["runs"]}
    for run in new["runs"]:
        known = before.get((run["distribution"], run["policies"]), {})
        for name, entry in run["benchmarks"].items():
            other = known.get(name)
            if not other or "ns" not in entry or "ns" not in other or not other["ns"] or name in ("set/memory", "set/workload"):
                continue
            yield run, name, other, entry


def yardstick(old, new):
    """How much slower the machine was for the new run: the median over the baselines' rows; 1 without any."""
    ratios = [after["ns"] / before["ns"] for _, name, before, after in pairs(old, new)
              if name.endswith(("/plain_loop", "/bitset")) and not name.startswith("decide/json")]
    return statistics.median(ratios) if ratios else 1.0


def changes(old, new):
    """[(label, old entry, new entry, ratio new/old, decisions by the yardstick, verdict)], largest change first."""
    unit = yardstick(old, new)
    out = []
    for run, name, before, after in pairs(old, new):
        # What is counted by the clock on the wall depends on the machine's other work in its own way.
        ratio = after["ns"] / before["ns"] / (unit if name.startswith("decide/") else 1.0)
        limit = max(NOTABLE, noise(before), noise(after))
        verdict = "same" if abs(ratio - 1) <= limit else "slower" if ratio > 1 else "faster"
        out.append((f"{run['distribution']} {run['policies']:,} {name}", before, after, ratio, verdict))
    return sorted(out, key=lambda row: -abs(row[3] - 1))


def render(old, new):
    rows = changes(old, new)
    lines = [f"old: {old['header']['date']}, commit {old['header']['commit']}",
             f"new: {new['header']['date']}, commit {new['header']['commit']}"]
    if old["header"]["machine"] != new["header"]["machine"]:
        lines.append("warning: the two runs are from different machines")
    unit = yardstick(old, new)
    if abs(unit - 1) > NOTABLE:
        lines.append(f"warning: the hand-written baselines took {unit:.2f}x the time: the machine was not the same; ratios of decisions are divided by that")
    for verdict in ("slower", "faster"):
        chosen = [row for row in rows if row[4] == verdict]
        lines.append(f"\n{verdict}: {len(chosen)}")
        lines += [f"  {ratio:5.2f}x  {duration(before['ns']):>9} -> {duration(after['ns']):>9}  {label}"
                  for label, before, after, ratio, _ in chosen]
    lines.append(f"\nthe same within noise: {sum(row[4] == 'same' for row in rows)} of {len(rows)}")
    return "\n".join(lines) + "\n"
