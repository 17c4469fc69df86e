"""Draws parts of docs/ARCHITECTURE.md from arrows.txt, between two marks:

    <!-- drawn: NAME -->
    ...
    <!-- end -->
"""
import re

MARK = re.compile(r"(<!-- drawn: ([a-z ]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def names(places):
    return ", ".join(f"`{p}`" for p in places if p != "tests")


def direct(arrows):
    """The arrows that no longer way makes needless: a picture of all of them shows nothing."""
    below = {}

    def reach(room):
        if room not in below:
            below[room] = set().union(*({o} | reach(o) for o in arrows[room]))
        return below[room]

    return {r: [o for o in into if not any(o in reach(x) for x in into if x != o)] for r, into in arrows.items()}


def rooms(drawing, top):
    """The inner folders of a top folder and their arrows, as a Mermaid flowchart. Public headers, which all include, are
    left out. Below it, what each includes of another top folder."""
    inside = [r for r in drawing.arrows if r.startswith(top + "/") and "/include/" not in r]
    arrows = direct({r: [o for o in drawing.arrows[r] if o in inside] for r in inside})
    short = {r: r[len(top) + 1:] for r in inside}
    lines = [f"  {short[r]} --> {short[o]}" for r in inside for o in arrows[r]]
    reached = {o for into in arrows.values() for o in into}
    lines += [f"  {short[r]}" for r in inside if not arrows[r] and r not in reached]
    picture = "```mermaid\nflowchart TD\n" + "\n".join(lines) + "\n```\n"
    return picture + "".join(elsewhere(drawing, r, top) for r in inside)


def elsewhere(drawing, room, top):
    out = [o for o in drawing.arrows[room] if not o.startswith(top + "/") and "/include/" not in o]
    return f"- `{room}` includes {names(out)}\n" if out else ""


def who_sees_what(drawing):
    lines = ["| What | Only in |", "|---|---|"]
    lines += [f"| {p.name} | {names(p.places) or 'tests'} |" for p in drawing.parties + drawing.words]
    return "\n".join(lines) + "\n"


def exceptions(drawing):
    return "".join(f"- `{a}` includes `{b}`: {why}\n" for (a, b), why in drawing.reasons.items())


def content(name, drawing):
    if name.startswith("rooms of "):
        return rooms(drawing, name.removeprefix("rooms of "))
    return {"who sees what": who_sees_what, "exceptions": exceptions}[name](drawing)


def drawn(page, drawing):
    """The page as it has to be."""
    return MARK.sub(lambda m: m[1] + content(m[2], drawing) + m[4], page)


def parts(page):
    return [m[2] for m in MARK.finditer(page)]
