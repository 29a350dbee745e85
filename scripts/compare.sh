#!/bin/sh
# compare.sh: how fast ikesniff reads captures, against other programs.
#
#     GEN=/path/to/gen HAND=/path/to/anchors scripts/compare.sh [DIR]
#
# GEN is a generator of captures: GEN -out DIR -preset NAME -packets N writes
# DIR/NAME.pcap. Without GEN the captures in DIR are taken as they are: any
# NAME.pcap will do. HAND is a program that reads a capture the cheapest way
# there is, HAND -mode hand1-read FILE: headers, a flow table and nothing else.
# tcpdump and tshark are taken along where they are installed.
#
#     PRESETS  which captures        (udp rfc8229 fortinet mixed background)
#     PACKETS  packets of a capture  (480000)
#     ROUNDS   rounds                (7)
#     REPEAT   runs in one timing    (3; GNU time counts hundredths of seconds)
#     TSHARK   1: tshark's fields of IKE and ESP as well, one run
#
# In a round every program runs in turn on the same file, so that what else the
# machine does meets all of them. Printed are medians over the rounds, for one
# run; CPU is user and system time. It needs a POSIX shell, awk and GNU time.
set -eu

dir=${1:-/tmp/ikesniff-compare}
presets=${PRESETS:-udp rfc8229 fortinet mixed background}
packets=${PACKETS:-480000}
rounds=${ROUNDS:-7}
repeat=${REPEAT:-3}
hand=${HAND:-}
time=${TIME:-/usr/bin/time}

[ -x "$time" ] || { echo "compare.sh: GNU time is needed; set TIME to its path" >&2; exit 1; }
mkdir -p "$dir"
here=$(cd "$(dirname "$0")/.." && pwd)
ikesniff=${IKESNIFF:-$dir/ikesniff}
[ -n "${IKESNIFF:-}" ] || (cd "$here" && go build -trimpath -ldflags '-s -w' -o "$ikesniff" ./cmd/ikesniff)

# timed NAME RUNS COMMAND...: one line "NAME user sys wall MiB", for one run.
timed() {
	name=$1 runs=$2
	shift 2
	"$time" -o "$dir/time" -f '%U %S %e %M' sh -c '
		n=$1; shift
		while [ "$n" -gt 0 ]; do "$@" >/dev/null 2>&1 || exit 1; n=$((n - 1)); done
	' sh "$runs" "$@" || { echo "compare.sh: $name failed on $file" >&2; exit 1; }
	awk -v name="$name" -v n="$runs" '{ printf "%s\t%.4f\t%.4f\t%.4f\t%.0f\n", name, $1/n, $2/n, $3/n, $4/1024 }' "$dir/time" >>"$dir/rows"
}

# medians prints the table of one capture from the rows.
medians() {
	awk -F '\t' -v rounds="$rounds" '
		{ if (!($1 in n)) order[++tools] = $1
		  k = ++n[$1]; cpu[$1, k] = $2 + $3; user[$1, k] = $2; wall[$1, k] = $4; rss[$1, k] = $5 }
		function median(v, t,   i, j, m, x, s) {
			m = n[t]
			for (i = 1; i <= m; i++) s[i] = v[t, i]
			for (i = 2; i <= m; i++) { x = s[i]; for (j = i - 1; j > 0 && s[j] > x; j--) s[j + 1] = s[j]; s[j + 1] = x }
			return s[int((m + 1) / 2)]
		}
		END {
			print "| | CPU s | user s | wall s | MiB | CPU, times the hand loop | CPU, times tcpdump |"
			print "|---|--:|--:|--:|--:|--:|--:|"
			h = ("hand loop" in n) ? median(cpu, "hand loop") : 0
			d = ("tcpdump -w /dev/null" in n) ? median(cpu, "tcpdump -w /dev/null") : 0
			for (i = 1; i <= tools; i++) {
				t = order[i]; c = median(cpu, t)
				printf "| %s | %.3f | %.3f | %.3f | %d | %s | %s |\n", t, c, median(user, t), median(wall, t), median(rss, t),
					h ? sprintf("%.2f", c / h) : "-", d ? sprintf("%.2f", c / d) : "-"
			}
		}' "$dir/rows"
}

[ -n "${GEN:-}" ] || presets=${PRESETS:-$(cd "$dir" && for f in *.pcap; do [ -f "$f" ] && echo "${f%.pcap}"; done)}
for preset in $presets; do
	file=$dir/$preset.pcap
	[ -f "$file" ] || "${GEN:?no $file, and no GEN to make it}" -out "$dir" -preset "$preset" -packets "$packets" >/dev/null
	cat "$file" >/dev/null # into the page cache
	: >"$dir/rows"
	round=0
	while [ $round -lt "$rounds" ]; do
		round=$((round + 1))
		timed "cat" "$repeat" cat "$file"
		[ -z "$hand" ] || timed "hand loop" "$repeat" "$hand" -mode hand1-read "$file"
		! command -v tcpdump >/dev/null || timed "tcpdump -w /dev/null" "$repeat" tcpdump -r "$file" -w /dev/null
		for workers in 1 2; do
			timed "ikesniff, workers: $workers" "$repeat" "$ikesniff" analyze -q -f json --workers $workers -o /dev/null "$file"
		done
	done
	if [ -n "${TSHARK:-}" ] && command -v tshark >/dev/null; then
		timed "tshark -Y 'isakmp or esp' -T fields" 1 tshark -n -r "$file" -Y 'isakmp||esp' -T fields \
			-e frame.number -e frame.time_epoch -e ip.src -e ip.dst -e isakmp.ispi -e isakmp.rspi -e isakmp.exchangetype -e esp.spi -e esp.sequence
	fi
	echo
	echo "### $preset: $(wc -c <"$file" | awk '{ printf "%.0f MB", $1 / 1e6 }')"
	echo
	medians
done
