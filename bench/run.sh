#!/usr/bin/env bash
# Measures and prints. `./dev bench` builds and calls this; bench/README.md says how to read what comes out.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
report() { PYTHONDONTWRITEBYTECODE=1 python3 "$here/report/report.py" "$@"; }

usage() {
  cat <<'HELP'
usage: ./dev bench [options]            measure, print the tables and the aims, write JSON and a plot
       ./dev bench --compare OLD NEW    two results side by side
       ./dev bench load [options]       whole sign-ins against a server of its own (bench/load/README.md)
       ./dev bench peers [options]      the same policies and sign-ins through Cedar (wasm), casbin and json-rules-engine

  --quick         fewer sizes, shorter and unrepeated: to see that it works, not to publish
  --large         also 100,000 policies (some minutes, 1 GB of memory)
  --only N,N      these numbers of policies
  --seed N        another workload (default 1)
  --out DIR       where results.json and plot.svg go (default: build/bench/results)
HELP
}

build=${1:?usage: bench/run.sh BUILD_DIR [options]}
shift
mode=measure quick=0 large=0 only="" seed=1 out="" seconds=0.05 repeat=3
while [ $# -gt 0 ]; do
  case $1 in
    --compare) [ $# -ge 3 ] || { usage >&2; exit 2; }; report compare "$2" "$3"; exit ;;
    peers) mode=peers ;;
    --quick) quick=1 seconds=0.02 repeat=1 ;;
    --large) large=1 ;;
    --only) only=${2:?--only takes numbers}; shift ;;
    --seed) seed=${2:?--seed takes a number}; shift ;;
    --out) out=${2:?--out takes a folder}; shift ;;
    -h|--help) usage; exit ;;
    *) printf 'error: unknown option %s\n' "$1" >&2; usage >&2; exit 2 ;;
  esac
  shift
done
sizes="1 10 100 240 1000 10000" others="240 10000"
[ "$quick" -eq 0 ] || sizes="1 240 1000" others="240"
[ "$mode" = measure ] || sizes="10 100 240 1000"
[ "$large" -eq 0 ] || sizes="$sizes 100000"
[ -z "$only" ] || sizes=${only//,/ } others=${only//,/ }
out=${out:-$build/results}
mkdir -p "$out"
parts=$(mktemp -d)
trap 'rm -rf "$parts"' EXIT
load=$(cut -d' ' -f1 /proc/loadavg)

# measure DISTRIBUTION POLICIES FILTER: one process, one workload, every answer checked before anything is timed
measure() {
  local min=$seconds times=$repeat sign_ins=256
  if [ "$2" -ge 100000 ]; then sign_ins=64 times=1; fi
  "$build/bin/gate_bench" --distribution "$1" --policies "$2" --seed "$seed" --sign-ins "$sign_ins" \
    --benchmark_min_time="$min" --benchmark_repetitions="$times" --benchmark_enable_random_interleaving=true \
    --benchmark_filter="$3" --benchmark_format=json >"$parts/$1-$2.json"
}

if [ "$mode" = measure ]; then
  for n in $sizes; do measure selective "$n" '.'; done
  for n in $others; do
    for d in dense adversarial; do measure "$d" "$n" '^decide/(prepared|strings)/|^set/(workload|memory)/'; done
  done
  report collect "$build" "$load" "$out/results.json" "$parts"/*.json
  report show "$out/results.json" | tee "$out/results.txt"
  report plot "$out/results.json" "$out/plot.svg"
  printf '\nresults: %s/results.json   plot: %s/plot.svg   again: ./dev bench --compare OLD.json NEW.json\n' "$out" "$out"
else
  for n in $sizes; do
    measure selective "$n" '^decide/(prepared|strings|json)/'
    "$build/bin/gate_export_peers" --policies "$n" --seed "$seed" --out "$parts/workload.json"
    node "$here/peers/run.mjs" "$parts/workload.json" >"$parts/$n.peers"
    rm "$parts/workload.json"
  done
  report collect "$build" "$load" "$out/peers.json" "$parts"/*.json
  report peers "$out/peers.json" "$parts"/*.peers | tee "$out/peers.txt"
fi
