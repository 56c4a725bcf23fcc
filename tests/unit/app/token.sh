#!/usr/bin/env bash
# token.sh PROGRAM: makes tokens, and says what is wrong where it cannot.
set -u
program=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failures=0

fail() {
	echo "FAILED: $1"
	failures=$((failures + 1))
}

# expect CODE OUT ERR ARGUMENT…: the exit code, and a pattern (glob) for each of the two outputs.
expect() {
	local code=$1 out=$2 err=$3
	shift 3
	"$program" token "$@" >"$folder/out" 2>"$folder/err"
	local got=$?
	# shellcheck disable=SC2053 # patterns are meant
	if [[ $got != "$code" || $(<"$folder/out") != $out || $(<"$folder/err") != $err ]]; then
		fail "dragoman token $*: exit $got, wanted $code"
		printf -- '-- out\n%s\n-- err\n%s\n' "$(<"$folder/out")" "$(<"$folder/err")"
	fi
}

# claims: those of the token printed last.
claims() {
	local part
	part=$(cut -d. -f2 "$folder/out" | tr -- -_ +/)
	while ((${#part} % 4)); do part+='='; done
	base64 -d <<<"$part"
}

# has TEXT…: the claims hold each of them.
has() {
	local text
	for text; do
		[[ $(claims) == *"$text"* ]] || fail "no $text in $(claims)"
	done
}

config() {
	cat >"$folder/$1.yaml" <<END
event: {id: e, title: {en: Event}}
$2
rooms:
- {id: hall, title: {en: Hall}, floor: {source: "test:"}, channels: [{language: fr}, {language: zh-Hans}]}
- {id: annex, title: {en: Annex}, floor: {source: "test:"}, channels: [{language: ru}]}
END
}
umask 077
head -c 48 /dev/urandom | base64 >"$folder/secret"
cp "$(dirname "$0")/test_public_key.pem" "$folder/public.pem"
config good 'security: {secret: secret, issuer: us}'
config none ''
config bad 'security: {secret: nowhere}'
config public 'security: {public_key: public.pem}'
good=(--config "$folder/good.yaml")
token='eyJ*.*.*'

expect 0 "$token" '' "${good[@]}" --role delegate
has '"role":"delegate"' '"event":"e"' '"iss":"us"' '"jti":"'
for claim in room channel name; do
	[[ $(claims) != *"\"$claim\""* ]] || fail "more than asked for: $(claims)"
done
expect 0 "$token" '' "${good[@]}" --role interpreter --room hall --channel FR,zh-hans --name 'Zoë' --ttl 30m
has '"role":"interpreter"' '"room":"hall"' '"channel":["fr","zh-Hans"]' '"name":"Zo'
[[ $(claims) =~ \"iat\":([0-9]+) ]]
issued=${BASH_REMATCH[1]:-0}
[[ $(claims) =~ \"exp\":([0-9]+) ]]
[[ ${BASH_REMATCH[1]:-0} == $((issued + 1800)) ]] || fail "expiry in $(claims)"
expect 0 "$token" '' "${good[@]}" --role=feed --channel floor
expect 0 "$token" '' "${good[@]}" --role organiser --room hall,annex
has '"room":["hall","annex"]'

expect 2 '' 'dragoman token: --config FILE is missing' --role delegate
expect 2 '' 'dragoman token: --role ROLE is missing; *' "${good[@]}"
expect 2 '' "dragoman token: --role takes delegate, interpreter, organiser or feed, not 'admin'" "${good[@]}" --role admin
expect 2 '' "dragoman token: --ttl takes a span of time such as 8h, at most 366d, not '8'" "${good[@]}" --role feed --ttl 8
expect 2 '' "dragoman token: what is '--http-port'?*" "${good[@]}" --http-port 80
expect 0 'usage: *dragoman token --config FILE*' '' --help
expect 1 '' "dragoman token: there is no room 'hal'; did you mean 'hall'? There is: hall, annex" \
	"${good[@]}" --role delegate --room hal
expect 1 '' "dragoman token: there is no channel 'ru'; *There is: floor, fr, zh-Hans" \
	"${good[@]}" --role delegate --room hall --channel ru
expect 1 '' "dragoman token: there is no channel 'tlh'; There is: floor, fr, zh-Hans, ru" \
	"${good[@]}" --role delegate --channel tlh
expect 1 '' 'dragoman token: --name takes at most 128 bytes of UTF-8' "${good[@]}" --role feed --name "$(printf 'x%.0s' {1..129})"
expect 1 '' 'dragoman token: the name has a character that no token may carry' "${good[@]}" --role feed --name $'a\nb'
expect 1 '' '*none.yaml: security.secret is missing; make a secret with: *' --config "$folder/none.yaml" --role feed
expect 1 '' '*public.yaml: security.public_key says that tokens are issued elsewhere; *' --config "$folder/public.yaml" --role feed
expect 1 '' "*bad.yaml:2: security.secret: 'nowhere': no such file*" --config "$folder/bad.yaml" --role feed
expect 1 '' '*cannot be read: No such file or directory; *' --config "$folder/nowhere.yaml" --role feed

[[ $failures == 0 ]] && echo 'all as expected'
exit "$failures"
