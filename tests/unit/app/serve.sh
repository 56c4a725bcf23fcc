#!/usr/bin/env bash
# serve.sh PROGRAM: the life of a relay: ready, taken ports, a configuration read again, a clean end.
set -u
program=$1
folder=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill -KILL "$server" 2>/dev/null; rm -rf "$folder"' EXIT

fail() {
	echo "FAILED: $1"
	echo '-- log' && cat "$folder/log"
	exit 1
}

# await TEXT: until the log has a line with it; a pipe from tail wakes us.
await() {
	timeout 20 grep -qm1 -- "$1" <(exec timeout 20 tail -n +1 -F "$folder/log" 2>/dev/null) ||
		fail "no line with '$1' in 20 s"
}

# get PATH [HEADER]: the status line and body of the relay's answer.
get() {
	exec {socket}<>"/dev/tcp/127.0.0.1/$http" || fail 'cannot connect'
	printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n%s\r\n' "$1" "${2:+$2$'\r\n'}" >&"$socket"
	cat <&"$socket"
	exec {socket}>&-
}

cat >"$folder/event.yaml" <<'END'
event: {id: e, title: {en: Event}}
server: {http: {port: 0}, media: {address: 127.0.0.1, port: 0, workers: 2}}
rooms:
- {id: r, title: {en: Room}, floor: {source: "test:"}, video: {ladder: []}, channels: [{language: fr}]}
END
: >"$folder/log"
coproc relay { exec "$program" serve --config "$folder/event.yaml" 2>>"$folder/log"; }
server=$!
IFS= read -r -t 20 -u "${relay[0]}" line || fail 'not ready in 20 s'
[[ $line =~ ^ready\ http=http://localhost:([0-9]+)\ media=udp:([0-9]+)([-,][0-9]+)$ ]] ||
	fail "unexpected line '$line'"
http=${BASH_REMATCH[1]}
media=${BASH_REMATCH[2]}

[[ $(get /readyz) == *' 200 '* ]] || fail 'not ready by /readyz'
metrics=$(get /metrics)
for name in dragoman_build_info process_open_fds dragoman_control_stalls_total; do
	[[ $metrics == *$'\n'"$name"* ]] || fail "no metric $name"
done

# Another relay on the same ports.
for option in "--http-port $http" "--media-port $media"; do
	# shellcheck disable=SC2086 # two words
	"$program" serve --config "$folder/event.yaml" $option >"$folder/out" 2>"$folder/err"
	code=$?
	port=${option#* }
	[[ $code == 3 ]] || fail "exit $code for $option"
	grep -q "^dragoman: .*port.* $port .*in use.*${option% *}$" "$folder/err" || fail "$(<"$folder/err")"
	[[ ! -s $folder/out ]] || fail "output for $option"
done

# Read again: with a mistake, with what takes effect now, with what does not.
sed -i 's/id: r,/id: R,/' "$folder/event.yaml"
kill -HUP "$server"
await "config.mistake .*event.yaml:4: rooms\[0\].id: 'R' cannot be an id"
await 'config.refused .*mistakes=1'
sed -i 's/id: R,/id: r,/; s/Room/Hall/; s/server: {/server: {log: {format: json}, /' "$folder/event.yaml"
kill -HUP "$server"
await '"key":"rooms\[0\].title.en","takes_effect":"at_restart"'
await '"key":"server.log.format","takes_effect":"now"'
[[ $(get /healthz) == *' 200 '* ]] || fail 'not healthy after reading again'

# Who needs a token, and which are revoked, takes effect at once.
(umask 077 && head -c 48 /dev/urandom | base64 >"$folder/secret")
sed -i 's/^rooms:/security: {secret: secret, metrics: token, revoked: revoked}\nrooms:/' "$folder/event.yaml"
: >"$folder/revoked"
kill -HUP "$server"
await '"key":"security.metrics","takes_effect":"now"'
shopt -s nocasematch
[[ $(get /metrics) == *' 401 '*'WWW-Authenticate: Bearer realm="dragoman"'* ]] || fail 'metrics without a token'
token=$("$program" token --config "$folder/event.yaml" --role organiser) || fail 'no token'
bearer="Authorization: Bearer $token"
[[ $(get /metrics "$bearer") == *' 200 '* ]] || fail 'no metrics with a token'
claims=$(cut -d. -f2 <<<"$token" | tr -- -_ +/)
while ((${#claims} % 4)); do claims+='='; done
[[ $(base64 -d <<<"$claims") =~ \"jti\":\"([0-9a-f]+)\" ]] || fail 'no id'
echo "${BASH_REMATCH[1]} # a lost phone" >>"$folder/revoked"
kill -HUP "$server"
await '"tokens_revoked":1'
[[ $(get /metrics "$bearer") == *' 401 '*withdrawn* ]] || fail 'metrics with a revoked token'
echo 'not one id' >"$folder/revoked"
kill -HUP "$server"
await 'security.revoked: revoked:1: is not the id of a token'
[[ $(get /metrics "$bearer") == *' 401 '*withdrawn* ]] || fail 'a list with a mistake took effect'
! grep -qF "$token" "$folder/log" || fail 'a token is in the log'

kill -TERM "$server"
wait "$server"
code=$?
server=
[[ $code == 0 ]] || fail "exit $code after SIGTERM"
grep -q 'relay.stopped' "$folder/log" || fail 'no word of the end'
echo 'all as expected'
