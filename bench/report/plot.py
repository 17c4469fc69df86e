"""Cost of a decision against the number of policies, both axes logarithmic, as SVG. Nothing but the standard library."""
import math
from xml.sax.saxutils import escape

from aims import duration

WIDTH, HEIGHT = 1120, 460
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 56, 50
PANEL = (WIDTH - 2 * LEFT - 2 * RIGHT) / 2
SERIES = (("native", "native, prepared", "decide/prepared/native", "#0b6e4f"),
          ("strings", "native, from strings", "decide/strings/native", "#58a4b0"),
          ("interpreter", "interpreter", "decide/prepared/interpreter", "#8d6a9f"),
          ("loop", "C++ loop", "decide/prepared/plain_loop", "#c8553d"),
          ("bitset", "C++ bitset", "decide/prepared/bitset", "#e0a458"))
SHADES = {"selective": "#0b6e4f", "dense": "#1d3557", "adversarial": "#a8326e"}


def points(document, distribution, name):
    return sorted((run["policies"], run["benchmarks"][name]["ns"]) for run in document["runs"]
                  if run["distribution"] == distribution and "ns" in run["benchmarks"].get(name, {}))


def panel(x0, title, lines, out):
    everything = [point for _, _, dots in lines for point in dots]
    if not everything:
        return
    x_max = max(1, math.ceil(math.log10(max(x for x, _ in everything))))
    low = math.floor(math.log10(min(y for _, y in everything)))
    high = max(low + 1, math.ceil(math.log10(max(y for _, y in everything))))

    def at(x, y):
        return (x0 + math.log10(x) / x_max * PANEL,
                HEIGHT - BOTTOM - (math.log10(y) - low) / (high - low) * (HEIGHT - TOP - BOTTOM))

    out.append(f'<text x="{x0}" y="{TOP - 34}" font-weight="bold">{escape(title)}</text>')
    for power in range(x_max + 1):
        x, _ = at(10 ** power, 10 ** low)
        out.append(f'<line x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{HEIGHT - BOTTOM}" stroke="#ddd"/>')
        out.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{10 ** power:,}</text>')
    for power in range(low, high + 1):
        _, y = at(1, 10 ** power)
        out.append(f'<line x1="{x0}" y1="{y:.1f}" x2="{x0 + PANEL:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        out.append(f'<text x="{x0 - 8}" y="{y + 4:.1f}" text-anchor="end">{duration(10.0 ** power)}</text>')
    out.append(f'<text x="{x0 + PANEL / 2:.0f}" y="{HEIGHT - 12}" text-anchor="middle">policies in the set</text>')
    legend = x0
    for label, color, dots in lines:
        if not dots:
            continue
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(*dot) for dot in dots))
        out.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"/>')
        out += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{color}"/>' for x, y in (at(*dot) for dot in dots)]
        out.append(f'<rect x="{legend}" y="{TOP - 22}" width="10" height="10" fill="{color}"/>')
        out.append(f'<text x="{legend + 14}" y="{TOP - 13}">{escape(label)}</text>')
        legend += 20 + 5.6 * len(label)


def render(document):
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="11">',
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>']
    panel(LEFT, "One decision, selective policies",
          [(label, color, points(document, "selective", name)) for _, label, name, color in SERIES], out)
    second = [(name, color, points(document, name, "decide/prepared/native")
               or points(document, name, "decide/prepared/interpreter")) for name, color in SHADES.items()]
    kind = "native" if any(points(document, name, "decide/prepared/native") for name in SHADES) else "interpreter"
    panel(2 * LEFT + RIGHT + PANEL, f"One decision, {kind}, by distribution", second, out)
    head = document["header"]
    out.append(f"<desc>{escape(head['date'])}, commit {escape(head['commit'])}, {escape(head['machine'])}</desc>")
    return "\n".join([*out, "</svg>"]) + "\n"
