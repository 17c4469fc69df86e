"""Other engines on the same policies and sign-ins, beside ours from the same run."""
from aims import duration, find
from tables import grid


def render(document, parts):
    lines = [f"Peers, {document['header']['date']}, commit {document['header']['commit']}",
             f"  {document['header']['machine']}, node {parts[0]['node']}",
             "  Every answer was held against the interpreter's before it was timed."]
    for part in sorted(parts, key=lambda each: each["policies"]):
        ours = (find(document, part["policies"], "decide/strings/native")
                or find(document, part["policies"], "decide/strings/interpreter"))
        lines.append(f"\n{part['policies']:,} policies")
        rows = [["engine", "one decision", "against ours", "build", "compared"]]
        for form in ("prepared", "strings", "json"):
            for who in ("native", "interpreter"):
                entry = find(document, part["policies"], f"decide/{form}/{who}")
                if entry:
                    rows.append([f"gatehouse {who}, {form}", duration(entry["ns"]), f"{entry['ns'] / ours['ns']:.2g}x", "", "the whole decision"])
        for peer in part["peers"]:
            rows.append([f"{peer['name']} {peer['version']}", duration(peer["ns"]),
                         f"{peer['ns'] / ours['ns']:,.0f}x" if ours else "-", duration(peer["build_ms"] * 1e6), peer["compares"]])
        grid(rows, lines)
    return "\n".join(lines) + "\n"
