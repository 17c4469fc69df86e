#!/usr/bin/env bash
# One sign-in by hand, step by step, against a running demo server: shows each request and its answer, and reads the
# codes from the development outbox.
#   sign-in.sh USER [PASSWORD]      with a password: e-mail + password; without: a code by e-mail
# Environment: GATE_URL (http://127.0.0.1:9090), GATE_OUTBOX (build/demo/outbox.jsonl of this project),
#              GATE_SECOND (email or sms; default: the first that is offered),
#              GATE_SCOPE (default: openid profile offline_access api://retail-bank/accounts)
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
url=${GATE_URL:-http://127.0.0.1:9090}
outbox=${GATE_OUTBOX:-$here/../../build/demo/outbox.jsonl}
tenant=7b7f6f5e-0001-4a6c-9d1e-0000000000b1
client=7b7f6f5e-0002-4a6c-9d1e-0000000000c1
user=${1:?usage: sign-in.sh USER [PASSWORD]}
password=${2:-}
if [ -t 1 ]; then dim=$'\e[2m' bold=$'\e[1m' off=$'\e[0m'; else dim='' bold='' off=''; fi

field() { python3 -c 'import json,sys; v=json.load(sys.stdin)
for k in sys.argv[1].split("."): v = v[int(k)] if isinstance(v, list) and k.isdigit() and int(k) < len(v) else v.get(k, "") if isinstance(v, dict) else ""
print(v)' "$1" <<<"$answer"; }

call() { # call PATH name=value...: posts the form, keeps the answer
  local path=$1 args=() shown=() pair; shift
  for pair in "client_id=$client" "$@"; do args+=(--data-urlencode "$pair"); done
  for pair in "$@"; do
    case $pair in continuation_token=*) shown+=("continuation_token=...") ;; password=*) shown+=("password=...") ;; *) shown+=("$pair") ;; esac
  done
  printf '%sPOST%s %s  %s\n' "$bold" "$off" "$path" "${shown[*]}"
  answer=$(curl -sS --max-time 20 "${args[@]}" "$url/$tenant$path")
  printf '%s%s%s\n' "$dim" "$(python3 -c 'import json,sys
v=json.load(sys.stdin)
for k in ("continuation_token","access_token","id_token","refresh_token"):
    if k in v: v[k]=v[k][:16]+"..."
for k in ("trace_id","correlation_id","timestamp","client_info"): v.pop(k,None)
print(json.dumps(v,ensure_ascii=False))' <<<"$answer")" "$off"
  token=$(field continuation_token)
}

code_sent() { # the newest code in the outbox, once there is one more line than before
  local _
  for _ in $(seq 100); do
    if [ -e "$outbox" ] && [ "$(wc -l <"$outbox")" -gt "$lines" ]; then
      code=$(tail -n 1 "$outbox" | python3 -c 'import json,sys; print(json.load(sys.stdin)["code"])')
      printf '     code from %s: %s\n' "${outbox##*/}" "$code"
      return
    fi
    sleep 0.1
  done
  echo "no code arrived in $outbox" >&2
  exit 1
}

mark() { lines=0; if [ -e "$outbox" ]; then lines=$(wc -l <"$outbox"); fi; }
scope=${GATE_SCOPE:-openid profile offline_access api://retail-bank/accounts}

call /oauth2/v2.0/initiate "username=$user" "challenge_type=password oob redirect" "capabilities=mfa_required registration_required"
mark
call /oauth2/v2.0/challenge "continuation_token=$token" "challenge_type=password oob redirect"
if [ "$(field challenge_type)" = password ]; then
  [ -n "$password" ] || { echo "this user signs in with a password: give it as second argument" >&2; exit 1; }
  call /oauth2/v2.0/token "continuation_token=$token" grant_type=password "password=$password" "scope=$scope"
else
  code_sent
  call /oauth2/v2.0/token "continuation_token=$token" grant_type=oob "oob=$code" "scope=$scope"
fi

case $(field suberror) in
  mfa_required)
    call /oauth2/v2.0/introspect "continuation_token=$token"
    id=$(python3 -c 'import json,sys
methods=json.load(sys.stdin)["methods"]; want=sys.argv[1]
print(next((m["id"] for m in methods if m["challenge_channel"]==want), methods[0]["id"]))' "${GATE_SECOND:-}" <<<"$answer")
    mark
    call /oauth2/v2.0/challenge "continuation_token=$token" "challenge_type=oob redirect" "id=$id"
    code_sent
    call /oauth2/v2.0/token "continuation_token=$token" grant_type=mfa_oob "oob=$code" "scope=$scope" ;;
  registration_required)
    call /register/v1.0/introspect "continuation_token=$token"
    mark
    call /register/v1.0/challenge "continuation_token=$token" challenge_type=oob challenge_channel=sms "challenge_target=+4366055509999"
    code_sent
    call /register/v1.0/continue "continuation_token=$token" grant_type=oob "oob=$code"
    call /oauth2/v2.0/token "continuation_token=$token" grant_type=continuation_token "scope=$scope" ;;
esac

if [ -n "$(field access_token)" ]; then echo "signed in"; else echo "not signed in: $(field error) $(field error_description)"; exit 1; fi
