"""Puts the outputs of gate_bench (Google Benchmark JSON, one file per workload) into one document.

{"schema": 1, "header": {...}, "runs": [{"distribution", "policies", "seed", "sign_ins", "benchmarks": {name: entry}}]}
An entry is {"ns", "low", "high", "repetitions", counters...} with the median, or {"skipped": why}.
"""
import datetime
import json
import os
import platform
import re
import statistics
import subprocess
from pathlib import Path

IN_NS = {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}
# What Google Benchmark says of every run; everything else in a run is a counter of ours.
OWN_KEYS = {"name", "family_index", "per_family_instance_index", "run_name", "run_type", "repetitions",
            "repetition_index", "threads", "iterations", "real_time", "cpu_time", "time_unit",
            "error_occurred", "error_message"}


def entries(document):
    """name -> entry, from one output of Google Benchmark."""
    grouped = {}
    for run in document["benchmarks"]:
        if run.get("run_type", "iteration") == "iteration":
            grouped.setdefault(plain_name(run), []).append(run)
    return {name: entry(runs) for name, runs in grouped.items()}


def plain_name(run):
    """decide/threads/native/real_time/threads:2 -> decide/threads:2/native; the rest loses its suffixes."""
    name = run.get("run_name", run["name"])
    threads = re.search(r"/threads:(\d+)", name)
    name = re.sub(r"/(real_time|manual_time|process_time|iterations:\d+|repeats:\d+|threads:\d+)", "", name)
    return name.replace("/threads/", f"/threads:{threads.group(1)}/") if threads else name


def by_cpu(run):
    name = run.get("run_name", run["name"])
    return name.startswith("decide/") and "/real_time" not in name


def entry(runs):
    failed = [run for run in runs if run.get("error_occurred")]
    if failed:
        return {"skipped": failed[0].get("error_message", "failed")}
    # A decision on one thread is counted in that thread's own CPU time, which other programs on the machine disturb
    # least; whatever waits, sleeps or has more threads is counted by the clock on the wall.
    clock = "cpu_time" if by_cpu(runs[0]) else "real_time"
    times = [run[clock] * IN_NS[run["time_unit"]] for run in runs]
    out = {"ns": statistics.median(times), "low": min(times), "high": max(times), "repetitions": len(times)}
    if clock == "real_time" and all(re.search("process_time|threads:", run.get("run_name", run["name"])) for run in runs):
        out["cpu_ns"] = statistics.median(run["cpu_time"] * IN_NS[run["time_unit"]] for run in runs)
    for key in sorted(set(runs[0]) - OWN_KEYS):
        values = [run[key] for run in runs if isinstance(run.get(key), (int, float))]
        if values:
            out[key] = statistics.median(values)
    return out


def run_of(path):
    document = json.loads(Path(path).read_text(encoding="utf-8"))
    context = document["context"]
    return {"distribution": context["distribution"], "policies": int(context["policies"]),
            "seed": int(context["seed"]), "sign_ins": int(context["sign_ins"]), "benchmarks": entries(document)}


def said_by(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def cpu_model():
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or "unknown"


def cached(build, key):
    """A value out of the build's CMakeCache.txt."""
    try:
        text = (Path(build) / "CMakeCache.txt").read_text(encoding="utf-8")
    except OSError:
        return ""
    found = re.search(rf"^{re.escape(key)}:[A-Z]+=(.*)$", text, re.MULTILINE)
    return found.group(1) if found else ""


def header(build, load_before):
    compiler = cached(build, "CMAKE_CXX_COMPILER") or "c++"
    commit = said_by("git", "rev-parse", "--short=12", "HEAD") or "unknown"
    if said_by("git", "status", "--porcelain", "--untracked-files=no"):
        commit += " with local changes"
    return {"date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
            "commit": commit,
            "machine": f"{cpu_model()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}",
            "compiler": (said_by(compiler, "--version").splitlines() or ["unknown"])[0],
            "build": cached(build, "CMAKE_BUILD_TYPE") or "unknown",
            "load_before": load_before, "load_after": round(os.getloadavg()[0], 2)}


def collect(build, load_before, paths):
    runs = sorted((run_of(path) for path in paths), key=lambda run: (run["distribution"] != "selective", run["distribution"], run["policies"]))
    return {"schema": 1, "header": header(build, load_before), "runs": runs}
