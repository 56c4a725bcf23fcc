#!/usr/bin/env bash
# commands.sh PROGRAM: exit codes and words of the program, for right and for wrong usage.
set -u
program=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failures=0

# expect CODE OUT ERR ARGUMENT…: the exit code, and a pattern (glob) for each of the two outputs.
expect() {
	local code=$1 out=$2 err=$3
	shift 3
	"$program" "$@" >"$folder/out" 2>"$folder/err"
	local got=$?
	# shellcheck disable=SC2053 # patterns are meant
	if [[ $got != "$code" || $(<"$folder/out") != $out || $(<"$folder/err") != $err ]]; then
		printf 'FAILED: dragoman %s: exit %s, wanted %s\n-- out\n%s\n-- err\n%s\n' "$*" "$got" "$code" \
			"$(<"$folder/out")" "$(<"$folder/err")"
		failures=$((failures + 1))
	fi
}

cat >"$folder/good.yaml" <<'END'
event: {id: e, title: {en: Event}}
rooms:
- {id: r, title: {en: Room}, floor: {source: "test:"}, channels: [{language: fr}]}
END
cat >"$folder/bad.yaml" <<'END'
event: {id: e, title: {en: Event}}
rooms:
- {id: r, title: {en: Room}, flor: {source: "test:"}, channels: [{language: fr}, {language: FR}]}
END
mistakes="$folder/bad.yaml:3: rooms\[0\].flor: unknown key; did you mean 'floor'?
$folder/bad.yaml:3: rooms\[0\].channels\[1\].language: 'FR' is already the language of channels\[0\]; *"

expect 2 '' 'usage: *'
expect 2 '' "dragoman: no command 'srve'*usage: *" srve
expect 0 'usage: *' '' --help
expect 0 'usage: *' '' serve --help
expect 0 'dragoman [0-9]*.[0-9]*.[0-9]*' '' version
expect 0 'dragoman [0-9]*.[0-9]*.[0-9]*' '' --version
expect 2 '' "dragoman version: what is '--config'?*" version --config x

expect 2 '' 'dragoman check: --config FILE is missing' check
expect 2 '' "dragoman check: --config takes the event's YAML file, not ''" check --config
expect 2 '' "dragoman check: what is '--confg'? 'dragoman --help' lists the options" check --confg x
expect 2 '' "dragoman check: what is '$folder/good.yaml'?*" check "$folder/good.yaml"
expect 2 '' "dragoman check: what is '--http-port'?*" check --config x --http-port 80
expect 0 '*good.yaml: fine: 1 room, 1 channel beside the floor' '' check --config "$folder/good.yaml"
expect 0 '*good.yaml: fine: *' '' check --config="$folder/good.yaml"
expect 1 '' "$mistakes"$'\n'"2 mistakes in $folder/bad.yaml" check --config "$folder/bad.yaml"
expect 1 '' '*none.yaml: cannot be read: No such file or directory; *' check --config "$folder/none.yaml"

expect 2 '' 'dragoman serve: --config FILE is missing' serve
for port in 65536 -1 '' web 80x; do
	expect 2 '' "dragoman serve: --http-port takes a port from 0 to 65535, not '$port'" \
		serve --config x --http-port "$port"
done
expect 2 '' "dragoman serve: --media-port takes a port from 0 to 65535, not '70000'" serve --media-port=70000
expect 2 '' "dragoman serve: --log-level takes debug, info, warn or error, not 'loud'" serve --log-level loud
expect 2 '' "dragoman serve: --log-format takes key-value or json, not 'xml'" serve --log-format xml
expect 1 '' "$mistakes" serve --config "$folder/bad.yaml"
expect 1 '' '*none.yaml: cannot be read: *' serve --config "$folder/none.yaml"

[[ $failures == 0 ]] && echo 'all as expected'
exit "$failures"
