#!/usr/bin/env python3
"""Where a build spent its time: build_times.py build/release/.ninja_log [ROWS]. Seconds by the clock, of every job."""
import collections
import re
import sys


def jobs(log):
    """output -> seconds, each job once though it may have several outputs."""
    seen = {}
    for line in log:
        if not line.startswith("#"):
            begin, end, _, output, command = line.rstrip("\n").split("\t")
            seen[(begin, end, command)] = (output, (int(end) - int(begin)) / 1000)
    return dict(seen.values())


def table(title, rows, count):
    print(f"{title}")
    for name, seconds in sorted(rows.items(), key=lambda row: -row[1])[:count]:
        print(f"{seconds:8.1f}  {name}")


def main():
    with open(sys.argv[1], encoding="utf-8") as log:
        spent = jobs(log)
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 25
    targets = collections.Counter()
    for output, seconds in spent.items():
        found = re.search(r"CMakeFiles/([^/]+)\.dir/", output)
        targets[found.group(1) if found else "links, archives and generated files"] += seconds
    print(f"{sum(spent.values()):8.1f}  in {len(spent)} jobs")
    table("targets", targets, count)
    table("jobs", spent, count)


if __name__ == "__main__":
    main()
