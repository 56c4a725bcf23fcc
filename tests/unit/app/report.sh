#!/usr/bin/env bash
# report.sh PROGRAM MAKER: what "dragoman report" prints of a history that MAKER made, and says where it
# cannot.
set -u
program=$1 maker=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failures=0

# expect CODE OUT ERR ARGUMENT…: the exit code, and a pattern (glob) for each of the two outputs.
expect() {
	local code=$1 out=$2 err=$3
	shift 3
	"$program" report "$@" >"$folder/out" 2>"$folder/err"
	local got=$?
	# shellcheck disable=SC2053 # patterns are meant
	if [[ $got != "$code" || $(tr -d '\r' <"$folder/out") != $out || $(<"$folder/err") != $err ]]; then
		printf 'FAILED: dragoman report %s: exit %s, wanted %s\n-- out\n%s\n-- err\n%s\n' "$*" "$got" "$code" \
			"$(<"$folder/out")" "$(<"$folder/err")"
		failures=$((failures + 1))
	fi
}

# event FILE DATA: two rooms, with that folder for data.
event() {
	cat >"$folder/$1" <<-END
		event: {id: forum, title: {en: Forum}}
		$2
		rooms:
		- {id: r, title: {en: R}, floor: {source: "test:"}, channels: [{language: fr}]}
		- {id: s, title: {en: S}, floor: {source: "test:"}}
	END
}

event good.yaml 'server: {data: .}'
event none.yaml 'server: {data: .}
monitor: {history: none}'
event other.yaml 'server: {data: .}
monitor: {history: other.sqlite}'
event damaged.yaml 'server: {data: .}
monitor: {history: good.yaml}'
"$maker" "$folder/history.sqlite" || { echo 'FAILED: no history'; exit 1; }
good=(--config "$folder/good.yaml")

expect 0 '{"event":"forum","from":1795334400,"until":1795338001,"rooms":\[{"id":"r",*"interpreters":\[\],"actions":\[{"kind":"override","count":1}\]}' '' "${good[@]}"
expect 0 '{"event":"forum",*"rooms":\[\],*"actions":\[\]}' '' "${good[@]}" --room s
expect 0 '{*"from":1795338000,*"actions":\[\]}' '' "${good[@]}" --from 2026-11-22T10:00:00+01:00
expect 0 '{*"until":1795334460,*}' '' "${good[@]}" --until 2026-11-22T08:30:00Z --format json
expect 0 '{"event":"forum","from":0,"until":0,"rooms":\[\],*}' '' "${good[@]}" --until 2020-01-01T00:00:00Z
expect 0 'at,kind,room,channel,who,detail
2026-11-22T08:00:00.000001Z,"override","r","fr","p-o",""
2026-11-22T09:00:00.000000Z,"session","s","","","{""a"":1}"' '' "${good[@]}" --format csv-events
expect 0 '{"at":"2026-11-22T09:00:00.000000Z","kind":"session",*"detail":{"a":1}}' '' "${good[@]}" --format=jsonl-events --room s
expect 0 'at,room,channel,figure,*
2026-11-22T08:00:00.000000Z,"r","fr","listeners",60,600,10,10,,' '' "${good[@]}" --format csv-minutes
expect 0 '{"at":"2026-11-22T08:00:00.000000Z",*"count":60,*}' '' "${good[@]}" --format jsonl-minutes

expect 0 'usage: *dragoman report --config FILE*' '' --help
expect 2 '' 'dragoman report: --config FILE is missing' --format json
expect 2 '' "dragoman report: --from takes a moment such as 2026-11-22T09:00:00+01:00, not 'yesterday'" "${good[@]}" --from yesterday
expect 2 '' "dragoman report: --format takes json, csv-events, csv-minutes, jsonl-events or jsonl-minutes, not 'csv'" "${good[@]}" --format csv
expect 2 '' 'dragoman report: --until is not after --from' "${good[@]}" --from 2026-11-22T08:00:00Z --until 2026-11-22T09:00:00+01:00
expect 2 '' "dragoman report: what is '--role'?*" "${good[@]}" --role feed
expect 1 '' "dragoman report: there is no room 't'. There is: r, s" "${good[@]}" --room t
expect 1 '' '*none.yaml: no history is kept; *' --config "$folder/none.yaml"
expect 1 '' '*nowhere.yaml: cannot be read: *' --config "$folder/nowhere.yaml"
expect 3 '' '*other.sqlite: is not there yet; has the relay run?' --config "$folder/other.yaml"
expect 3 '' '*good.yaml: is damaged, or no history at all' --config "$folder/damaged.yaml"
if [[ -e /dev/full ]] && "$program" report "${good[@]}" >/dev/full 2>"$folder/err"; then
	echo 'FAILED: a full disk is no failure'
	failures=$((failures + 1))
fi

[[ $failures == 0 ]] && echo 'all as expected'
exit "$failures"
