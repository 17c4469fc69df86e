#!/usr/bin/env bash
# Starts the demo: compiles examples/retail-bank, sets up the demo tenant, serves on 127.0.0.1:9090, says what to try next.
#   run.sh FOLDER_WITH_BINARIES [--detach]
# Called by `./dev run`. State is kept in build/demo; remove that folder to start from the beginning.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
bin=${1:?usage: run.sh FOLDER_WITH_BINARIES [--detach]}
detach=${2:-}
[ -z "$detach" ] || [ "$detach" = --detach ] || { echo "unknown option $detach" >&2; exit 2; }
state=build/demo
config=examples/demo/gated.toml
port_file=$state/port
mkdir -p -m 700 "$state"
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m' off=$'\e[0m'; else bold='' off=''; fi
step() { printf '%s==>%s %s\n' "$bold" "$off" "$*"; }

if [ -e "$state/pid" ] && kill -0 "$(cat "$state/pid")" 2>/dev/null; then
  echo "the demo server is running already (pid $(cat "$state/pid")); stop it with: kill $(cat "$state/pid")" >&2
  exit 1
fi
step "checking the policies of examples/retail-bank"
"$bin/gated" check-config --config "$config" | tail -n 1  # the list of facts is not needed here
step "setting up the demo tenant"
"$bin/gated" provision --config "$config" examples/demo/users.json

rm -f "$port_file"
: >"$state/outbox.jsonl"
chmod 600 "$state/outbox.jsonl"
# With --detach in a session of its own, so that closing the terminal does not end it.
if [ -n "$detach" ]; then
  setsid "$bin/gated" run --config "$config" --port-file "$port_file" >"$state/gated.log" 2>&1 </dev/null &
else
  "$bin/gated" run --config "$config" --port-file "$port_file" 2>"$state/gated.log" &
fi
server=$!
echo "$server" >"$state/pid"
[ -n "$detach" ] || trap 'kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; rm -f "$state/pid"; exit 0' INT TERM
for _ in $(seq 200); do
  [ ! -e "$port_file" ] || break
  kill -0 "$server" 2>/dev/null || { echo "gated did not start:" >&2; tail -n 5 "$state/gated.log" >&2; rm -f "$state/pid"; exit 1; }
  sleep 0.05
done
url=http://127.0.0.1:$(cat "$port_file")
step "gated serves on $url (log: $state/gated.log, codes: $state/outbox.jsonl)"
cat <<TEXT

What to try next, from another terminal in this folder:

  ${bold}passes${off}: an everyday customer, e-mail and password, nothing more is asked
    examples/demo/sign-in.sh otto@customer.example 'correct horse battery'
  ${bold}passes${off}: the same by a code that comes by e-mail
    examples/demo/sign-in.sh ella@customer.example
  ${bold}asked for a second factor${off}: a wealth client (policy CA120), by SMS
    examples/demo/sign-in.sh wanda@customer.example 'correct horse battery'
  ${bold}asked for a second factor${off}: the risk engine says medium (CA100); choose e-mail instead of SMS
    GATE_SECOND=email examples/demo/sign-in.sh rita@customer.example 'correct horse battery'
  ${bold}registers one first${off}: a wealth client who has none yet
    examples/demo/sign-in.sh nora@customer.example 'correct horse battery'
  ${bold}blocked${off}: a frozen account (CA130), and a sign-in at high risk (CA110)
    examples/demo/sign-in.sh fred@customer.example 'correct horse battery'
    examples/demo/sign-in.sh hugo@customer.example 'correct horse battery'

  why, sign-in by sign-in:   $bin/gated audit --config $config
  change a policy and save:  examples/retail-bank/policies/*.gate are loaded again at once; one with a mistake is refused
                             and the set in force stays (see the log, or curl $url/readyz)
TEXT
if [ -n "$detach" ]; then
  printf '\n  stop the server:           kill %s\n' "$server"
else
  printf '\nCtrl-C stops the server.\n'
  wait "$server"
  rm -f "$state/pid"
fi
