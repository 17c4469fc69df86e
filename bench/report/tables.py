"""The table for people."""
from aims import duration, amount, find, verdicts

WHO = ("native", "tables", "interpreter", "plain_loop", "bitset")
TITLES = {"native": "native", "tables": "tables", "interpreter": "interpreter", "plain_loop": "C++ loop", "bitset": "bitset"}
FORMS = (("prepared", "request prepared beforehand"), ("strings", "from strings"), ("json", "from JSON"))


def grid(rows, out):
    """Columns aligned; the first to the left, the others to the right."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for number, row in enumerate(rows):
        cells = [row[0].ljust(widths[0])] + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        out.append("  " + "  ".join(cells).rstrip())
        if number == 0:
            out.append("  " + "  ".join("-" * width for width in widths))


def shown(run, name):
    entry = run["benchmarks"].get(name)
    if entry is None:
        return "-"
    return "not built" if "skipped" in entry else duration(entry["ns"])


def timed(run, name):
    """By the clock, and the CPU time behind it where that was counted."""
    cpu = run["benchmarks"].get(name, {}).get("cpu_ns")
    return shown(run, name) + (f" ({duration(cpu)})" if cpu else "")


def ratio(run, above, below):
    a, b = run["benchmarks"].get(above, {}), run["benchmarks"].get(below, {})
    return f"{a['ns'] / b['ns']:.1f}x" if "ns" in a and "ns" in b else "-"


def decisions(document, distribution, form, title, out):
    runs = [run for run in document["runs"] if run["distribution"] == distribution]
    if not runs:
        return
    rows = [["policies", *(TITLES[who] for who in WHO), "loop/native", "bitset/native", "allocations"]]
    for run in runs:
        native = f"decide/{form}/native"
        allocations = run["benchmarks"].get(native, {}).get("allocations")
        rows.append([f"{run['policies']:,}", *(shown(run, f"decide/{form}/{who}") for who in WHO),
                     ratio(run, f"decide/{form}/plain_loop", native), ratio(run, f"decide/{form}/bitset", native),
                     "-" if allocations is None else f"{allocations:.3g}"])
    out.append(f"\nOne decision, {title} ({distribution} policies)")
    grid(rows, out)


def workloads(document, out):
    out.append("\nWorkloads (every answer of every evaluator was held against the interpreter's first)")
    rows = [["workload", "policies", "sign-ins", "apply on average", "block", "challenge", "allow", "native decides by"]]
    for run in document["runs"]:
        facts = run["benchmarks"].get("set/workload", {})
        share = [f"{facts.get(key, 0) / run['sign_ins']:.0%}" for key in ("blocked", "challenged", "allowed")]
        rows.append([run["distribution"], f"{run['policies']:,}", f"{run['sign_ins']:,}",
                     f"{facts.get('mean_applied', 0):.1f}", *share,
                     "machine code" if facts.get("machine_code") else "tables"])
    grid(rows, out)


def explanations(document, out):
    runs = [run for run in document["runs"] if run["distribution"] == "selective"]
    rows = [["policies", "from strings", "in a batch", "explain", "in words", "every policy in words"]]
    for run in runs:
        rows.append([f"{run['policies']:,}", *(shown(run, f"decide/{form}/native") for form in
                                               ("strings", "batch", "explain", "explain_words", "explain_every"))])
    out.append("\nOne decision alone, in a batch, and explained (selective policies, native)")
    grid(rows, out)


def replays(document, out):
    rows = [["policies", "log of", "bytes/record", "met before", "new", "of which two decisions", "records/s: met before", "new"]]
    for run in document["runs"]:
        if run["distribution"] != "selective":
            continue
        decide = run["benchmarks"].get("replay/decide/native")
        for form in ("requests", "audit", "entra"):
            known, new = (run["benchmarks"].get(f"replay/{form}_{how}/native") for how in ("known", "new"))
            if known and new and decide and known.get("ns") and new.get("ns"):
                rows.append([f"{run['policies']:,}", form, f"{known.get('bytes_per_record', 0):,.0f}",
                             duration(known["ns"]), duration(new["ns"]), duration(decide["ns"]),
                             *(f"{1e9 / each['ns']:,.0f}" for each in (known, new))])
    if len(rows) > 1:
        out.append("\nOne record of a log replayed, set against set (one thread; no two records equal)")
        grid(rows, out)


def sets(document, out):
    runs = [run for run in document["runs"] if run["distribution"] == "selective"]
    rows = [["policies", "parse", "compile (interpreter)", "compile (native)", "first decision, cold", "one edited", "bytes/policy", "tables alone"]]
    for run in runs:
        memory = run["benchmarks"].get("set/memory", {})
        rows.append([f"{run['policies']:,}", timed(run, "text/parse"), timed(run, "text/compile/interpreter"),
                     timed(run, "text/compile/native"), timed(run, "set/cold_folder_to_decision"),
                     timed(run, "set/reload_one_edited"), f"{memory.get('bytes_per_policy', 0):,.0f}",
                     f"{memory.get('table_bytes_per_policy', 0):,.0f}"])
    out.append("\nPolicy sets (selective): time by the clock, CPU time of all threads in brackets")
    grid(rows, out)
    reload = find(document, 240, "set/decisions_during_reload")
    if reload:
        out.append(f"  p99 of a decision, 240 policies: {duration(reload['quiet_p99_ns'])} quiet, "
                   f"{duration(reload['busy_p99_ns'])} while {reload['reloads']:.0f} sets were put in force")


def spread(document):
    """Half the distance of low and high over the median, its median over all rows: how noisy the machine was."""
    shares = sorted((entry["high"] - entry["low"]) / 2 / entry["ns"] for run in document["runs"]
                    for name, entry in run["benchmarks"].items()
                    if name.startswith("decide/") and entry.get("repetitions", 0) > 1)
    return shares[len(shares) // 2] if shares else None


def render(document):
    head = document["header"]
    out = [f"Gatehouse benchmark, {head['date']}, commit {head['commit']}",
           f"  {head['machine']}", f"  {head['compiler']}, {head['build']}",
           f"  load average {head['load_before']} before, {head['load_after']} after"]
    noise = spread(document)
    if noise is not None:
        out.append(f"  noise: repetitions of one row differ by +-{noise:.0%} (median over the rows); trust ratios more than times")
    workloads(document, out)
    for form, title in FORMS:
        decisions(document, "selective", form, title, out)
    for distribution in ("dense", "adversarial"):
        decisions(document, distribution, "prepared", FORMS[0][1], out)
    explanations(document, out)
    replays(document, out)
    sets(document, out)
    out.append("\nAims")
    grid([["what", "aim", "measured", ""], *([v.what, v.aim, v.measured, v.state] for v in verdicts(document))], out)
    return "\n".join(out) + "\n"


__all__ = ["render", "amount"]
