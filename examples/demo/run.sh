#!/usr/bin/env bash
# Starts the demo: compiles examples/retail-bank, sets up the demo tenant, serves gated and a page on 127.0.0.1, says what to
# try next.
#   run.sh FOLDER_WITH_BINARIES [--detach]
# Called by `./dev run`. State is kept in build/demo; remove that folder to start from the beginning.
# Environment: GATE_PORT (9090) and GATE_DEMO_PORT (3000), 0 for any that is free; GATE_STATE (build/demo)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
bin=${1:?usage: run.sh FOLDER_WITH_BINARIES [--detach]}
detach=${2:-}
[ -z "$detach" ] || [ "$detach" = --detach ] || { echo "unknown option $detach" >&2; exit 2; }
state=${GATE_STATE:-build/demo}
config=examples/demo/gated.toml
web=examples/demo/web
mkdir -p -m 700 "$state"
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\e[1m' off=$'\e[0m'; else bold='' off=''; fi
step() { printf '%s==>%s %s\n' "$bold" "$off" "$*"; }

running=()
if [ -e "$state/pid" ]; then
  for pid in $(cat "$state/pid"); do if kill -0 "$pid" 2>/dev/null; then running+=("$pid"); fi; done
  [ "${#running[@]}" -eq 0 ] || { echo "error: the demo is running already; stop it with: kill ${running[*]}" >&2; exit 1; }
fi
if [ -n "${GATE_PORT:-}${GATE_STATE:-}" ]; then # the same settings elsewhere; paths are relative to the file
  sed -e "s|^port = .*|port = ${GATE_PORT:-9090}|" -e 's|"\.\./\.\./build/demo"|"."|' -e "s|\"\.\./retail-bank\"|\"$PWD/examples/retail-bank\"|" "$config" >"$state/gated.toml"
  config=$state/gated.toml
fi
step "checking the policies of examples/retail-bank"
"$bin/gated" check-config --config "$config" >"$state/check.log" 2>&1 || { cat "$state/check.log" >&2; exit 1; }
step "setting up the demo tenant"
"$bin/gated" provision --config "$config" examples/demo/users.json

rm -f "$state/port" "$state/page-port"
: >"$state/outbox.jsonl"
chmod 600 "$state/outbox.jsonl"
pids=()
stop() { [ "${#pids[@]}" -eq 0 ] || kill "${pids[@]}" 2>/dev/null || true; wait 2>/dev/null || true; rm -f "$state/pid"; }

# start NAME COMMAND...: in the background, its output in NAME.log. With --detach in a session of its own, so that closing the
# terminal does not end it.
start() {
  local name=$1; shift
  if [ -n "$detach" ]; then setsid "$@" >"$state/$name.log" 2>&1 </dev/null & else "$@" >"$state/$name.log" 2>&1 & fi
  pids+=($!)
  echo "${pids[*]}" >"$state/pid"
}
await() { # await NAME PORT_FILE [HINT]: until it listens
  for _ in $(seq 200); do
    [ ! -e "$2" ] || return 0
    kill -0 "${pids[-1]}" 2>/dev/null || break
    sleep 0.05
  done
  echo "error: $1 did not start${3:+; $3}. The end of $state/$1.log:" >&2
  tail -n 5 "$state/$1.log" >&2
  [ -z "$detach" ] || stop
  exit 1
}
if [ -z "$detach" ]; then
  trap stop EXIT
  trap 'exit 0' INT TERM PIPE
fi

start gated "$bin/gated" run --config "$config" --port-file "$state/port"
await gated "$state/port" "if its port is in use, choose another with GATE_PORT=9191"
url=http://127.0.0.1:$(cat "$state/port")

page=''
if [ -e "$web/node_modules/esbuild" ] && [ -e examples/resource-server/node_modules/jose ] && node "$web/build.mjs" "$state/web"; then
  start page node "$web/server.mjs" --gated "$url" --bin "$bin" --config "$config" --page "$state/web" --outbox "$state/outbox.jsonl" \
    --port "${GATE_DEMO_PORT:-3000}" --port-file "$state/page-port"
  await page "$state/page-port"
  page=http://127.0.0.1:$(cat "$state/page-port")/
  printf '\n  %sOpen %s%s\n\n' "$bold" "$page" "$off"
  cat <<TEXT
  Sign up, sign in with a second factor, reset the password, pay more than 1,000 euro, open a tax report.
  Beside the page you see the messages that left and every decision, policy by policy.
TEXT
else
  step "without the page of the demo: it needs Node 18 and what \`npm ci\` installs in $web and examples/resource-server"
fi
cat <<TEXT

  gated serves on $url (log: $state/gated.log, codes: $state/outbox.jsonl)

The same from another terminal in this folder, request by request:

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
  printf '\n  stop it:                   kill %s\n' "${pids[*]}"
else
  printf '\nCtrl-C stops it.\n'
  wait -n || true  # one alone is no demo
  echo "error: it ended by itself; see $state/gated.log and $state/page.log" >&2
  exit 1
fi
