#!/usr/bin/env bash
# tls.sh PROGRAM: with a certificate the pages are https and nothing else; with a key that is not the
# certificate's, the relay does not start.
set -u
program=$1
here=$(cd "$(dirname "$0")" && pwd)
folder=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill -KILL "$server" 2>/dev/null; rm -rf "$folder"' EXIT

fail() {
	echo "FAILED: $1"
	cat "$folder/log"
	exit 1
}

# A ClientHello of TLS 1.2 that offers ECDHE-ECDSA-AES128-GCM-SHA256 alone (RFC 5246, 7.4.1.2).
hello='\x16\x03\x01\x00\x83\x01\x00\x00\x7f\x03\x03\x77\xcb\xea\xe8\x45\x71\xea\x41\x5b\x3b\x08\x1f\x1e'
hello+='\x4a\x99\x7f\xad\x6f\xf2\x74\xee\x3c\xb0\x7d\xd1\x1e\x82\xc1\x9c\xba\x7b\x1a\x00\x00\x04\xc0\x2b'
hello+='\x00\xff\x01\x00\x00\x52\x00\x0b\x00\x04\x03\x00\x01\x02\x00\x0a\x00\x0c\x00\x0a\x00\x1d\x00\x17'
hello+='\x00\x1e\x00\x19\x00\x18\x00\x23\x00\x00\x00\x16\x00\x00\x00\x17\x00\x00\x00\x0d\x00\x2a\x00\x28'
hello+='\x04\x03\x05\x03\x06\x03\x08\x07\x08\x08\x08\x09\x08\x0a\x08\x0b\x08\x04\x08\x05\x08\x06\x04\x01'
hello+='\x05\x01\x06\x01\x03\x03\x03\x01\x03\x02\x04\x02\x02\x05\x02\x06\x02'

# event KEY: an event with the certificate and that key.
event() {
	cat >"$folder/event.yaml" <<-END
		event: {id: e, title: {en: Event}}
		server:
		  http: {port: 0}
		  tls: {certificate: $here/test_certificate.pem, key: $1}
		  media: {address: 127.0.0.1, port: 0, workers: 1}
		rooms:
		- {id: r, title: {en: Room}, floor: {source: "test:"}, video: {ladder: []}}
	END
}

event "$here/test_key.pem"
: >"$folder/log"
coproc relay { exec "$program" serve --config "$folder/event.yaml" 2>>"$folder/log"; }
server=$!
IFS= read -r -t 20 -u "${relay[0]}" line || fail 'not ready in 20 s'
[[ $line =~ ^ready\ http=https://localhost:([0-9]+)\  ]] || fail "unexpected line '$line'"
port=${BASH_REMATCH[1]}

exec {socket}<>"/dev/tcp/127.0.0.1/$port" || fail 'cannot connect'
# shellcheck disable=SC2059 # bytes
printf "$hello" >&"$socket"
# A record of type handshake (22), TLS 1.2, and in it a ServerHello (2).
answer=$(timeout 10 head -c 6 <&"$socket" | od -An -tx1)
exec {socket}>&-
[[ $answer == ' 16 03 03 '*' 02' ]] || fail "no ServerHello but '$answer'"

exec {socket}<>"/dev/tcp/127.0.0.1/$port" || fail 'cannot connect'
trap '' PIPE # the relay may hang up before the last line is written
printf "GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n" 2>/dev/null 1>&"$socket"
answer=$(timeout 10 cat <&"$socket" 2>/dev/null | tr -d '\0')
exec {socket}>&-
[[ $answer != *' 200 '* ]] || fail 'plain HTTP is answered on the port of https'

kill -TERM "$server"
wait "$server" || fail "exit $? after SIGTERM"
server=

event "$folder/other_key.pem"
sed '2s/./A/20' "$here/test_key.pem" >"$folder/other_key.pem"
timeout 20 "$program" serve --config "$folder/event.yaml" >"$folder/out" 2>"$folder/log"
code=$?
[[ $code == 3 && ! -s $folder/out ]] || fail "exit $code with a damaged key"
grep -q '^dragoman: ' "$folder/log" || fail 'not a word to a person'
echo 'all as expected'
