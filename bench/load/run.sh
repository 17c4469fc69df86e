#!/usr/bin/env bash
# Complete sign-ins against a gated of its own: sets up people, starts the server with the policies of
# examples/retail-bank, signs in, prints rates and latencies, stops the server. Everything is in a temporary folder.
#   run.sh FOLDER_WITH_BINARIES [--kind KIND] [--people N] [--connections N] [--count N] [--seconds N] [--json]
# `./dev bench load` builds and calls this.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
usage() {
  cat <<'HELP'
usage: ./dev bench load [options]

  --kind KIND       how people sign in: code, password, code+sms, password+sms (default)
  --people N        how many there are (default: as many as connections, at least 64)
  --connections N   sign-ins at once (default 8)
  --count N         end after so many sign-ins (default 1000)
  --seconds N       end after so long (default 60)
  --json            one JSON object instead of a table
HELP
}
bin=$(cd "${1:?usage: bench/load/run.sh FOLDER_WITH_BINARIES [options]}" && pwd)
shift
kind=password+sms people="" connections=8 count=1000 seconds=60 json=()
while [ $# -gt 0 ]; do
  case $1 in
    --kind) kind=${2:?--kind takes a kind}; shift ;;
    --people) people=${2:?--people takes a number}; shift ;;
    --connections) connections=${2:?--connections takes a number}; shift ;;
    --count) count=${2:?--count takes a number}; shift ;;
    --seconds) seconds=${2:?--seconds takes a number}; shift ;;
    --json) json=(--json) ;;
    -h|--help) usage; exit ;;
    *) printf 'error: unknown option %s\n' "$1" >&2; usage >&2; exit 2 ;;
  esac
  shift
done
[ -n "$people" ] || people=$((connections > 64 ? connections : 64))

folder=$(mktemp -d)
server=""
cleanup() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
  rm -rf "$folder"
}
trap cleanup EXIT
cat >"$folder/gated.toml" <<TOML
environment = "development"
data_dir = "data"
[http]
port = 0
[policies]
folder = "$(cd "$here/../../examples/retail-bank" && pwd)"
# examples/demo/gated.toml says which policies that concerns.
accept_unsupplied = ["country", "device.reported_lost", "device.compliant", "session.persistent_browser", "session.forbid_channels_on_device"]
signals = ["amount", "new_payee", "otp_failures"]
[sign_in]
resend_seconds = 0
sends_per_hour = 1000000
sends_per_day = 1000000
sms_per_prefix_hour = 100000000
sms_per_prefix_day = 100000000
sms_per_client_hour = 100000000
sms_per_client_day = 100000000
sms_per_tenant_hour = 100000000
sms_per_tenant_day = 100000000
email_per_client_hour = 100000000
email_per_client_day = 100000000
email_per_tenant_hour = 100000000
email_per_tenant_day = 100000000
[delivery]
email = "outbox"
sms = "outbox"
[log]
level = "warning"
TOML
"$bin/gate_load" people "$folder/people.json" --kind "$kind" --count "$people"
"$bin/gated" provision --config "$folder/gated.toml" "$folder/people.json" >&2
: >"$folder/data/outbox.jsonl"
chmod 600 "$folder/data/outbox.jsonl"
"$bin/gated" run --config "$folder/gated.toml" --port-file "$folder/port" 2>"$folder/log" &
server=$!
for _ in $(seq 200); do
  [ ! -e "$folder/port" ] || break
  kill -0 "$server" 2>/dev/null || { cat "$folder/log" >&2; exit 1; }
  sleep 0.05
done
server_cpu() { awk '{ print ($14 + $15) / 100 }' "/proc/$server/stat"; } # seconds; the kernel counts hundredths
cpu_before=$(server_cpu)
[ ${#json[@]} -gt 0 ] || printf '%s sign-ins\n' "$kind"
"$bin/gate_load" run "$folder/people.json" --url "http://127.0.0.1:$(cat "$folder/port")" --outbox "$folder/data/outbox.jsonl" \
  --connections "$connections" --count "$count" --seconds "$seconds" "${json[@]}"
# On standard error, so that --json stays one object.
awk -v before="$cpu_before" -v after="$(server_cpu)" 'BEGIN { printf "server CPU %.2f s for this run\n", after - before }' >&2
