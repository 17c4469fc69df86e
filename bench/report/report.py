#!/usr/bin/env python3
"""report.py collect BUILD LOAD OUT.json PARTS... | show RESULTS.json | plot RESULTS.json OUT.svg | compare OLD NEW | peers RESULTS.json PEERS...

Called by bench/run.sh; bench/README.md says how to read what it prints.
"""
import json
import sys
from pathlib import Path

import collect
import compare
import peers
import plot
import tables


def load(path):
    try:
        document = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        sys.exit(f"error: {path}: {error}")
    if not isinstance(document, dict) or document.get("schema") != 1:
        sys.exit(f"error: {path} is not a result of ./dev bench")
    return document


def main(arguments):
    match arguments:
        case ["collect", build, load_before, out, *parts] if parts:
            document = collect.collect(build, load_before, parts)
            Path(out).write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
        case ["show", path]:
            sys.stdout.write(tables.render(load(path)))
        case ["plot", path, out]:
            Path(out).write_text(plot.render(load(path)), encoding="utf-8")
        case ["compare", old, new]:
            sys.stdout.write(compare.render(load(old), load(new)))
        case ["peers", path, *parts] if parts:
            sys.stdout.write(peers.render(load(path), [json.loads(Path(part).read_text(encoding="utf-8")) for part in parts]))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
