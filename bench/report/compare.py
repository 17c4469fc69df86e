"""Two results side by side. A change counts only when it is larger than both runs' own spread and than five per cent."""
from aims import duration

NOTABLE = 0.05


def noise(entry):
    return (entry["high"] - entry["low"]) / 2 / entry["ns"] if entry["ns"] else 0.0


def changes(old, new):
    """[(label, old entry, new entry, ratio new/old, verdict)], largest change first."""
    before = {(run["distribution"], run["policies"]): run["benchmarks"] for run in old["runs"]}
    out = []
    for run in new["runs"]:
        known = before.get((run["distribution"], run["policies"]), {})
        for name, entry in run["benchmarks"].items():
            other = known.get(name)
            if not other or "ns" not in entry or "ns" not in other or not other["ns"] or name in ("set/memory", "set/workload"):
                continue
            ratio = entry["ns"] / other["ns"]
            limit = max(NOTABLE, noise(entry), noise(other))
            verdict = "same" if abs(ratio - 1) <= limit else "slower" if ratio > 1 else "faster"
            out.append((f"{run['distribution']} {run['policies']:,} {name}", other, entry, ratio, verdict))
    return sorted(out, key=lambda row: -abs(row[3] - 1))


def render(old, new):
    rows = changes(old, new)
    lines = [f"old: {old['header']['date']}, commit {old['header']['commit']}",
             f"new: {new['header']['date']}, commit {new['header']['commit']}"]
    if old["header"]["machine"] != new["header"]["machine"]:
        lines.append("warning: the two runs are from different machines")
    for verdict in ("slower", "faster"):
        chosen = [row for row in rows if row[4] == verdict]
        lines.append(f"\n{verdict}: {len(chosen)}")
        lines += [f"  {ratio:5.2f}x  {duration(before['ns']):>9} -> {duration(after['ns']):>9}  {label}"
                  for label, before, after, ratio, _ in chosen]
    lines.append(f"\nthe same within noise: {sum(row[4] == 'same' for row in rows)} of {len(rows)}")
    return "\n".join(lines) + "\n"
