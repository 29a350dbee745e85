#!/bin/sh
# rates.sh: what captures live lose, and what they cost, at rising rates.
#
#     sudo scripts/rates.sh
#
# Two network namespaces are joined by a pair of interfaces. In one of them
# internal/ratesend sends what tunnels carry, on CPU 0; in the other ikesniff,
# tcpdump and dumpcap capture in turns, on CPU 1, each with a buffer of the same
# size. ikesniff analyzes every packet, the others write them to /dev/null.
#
#     RATES    frames a second; 0: as fast as it goes   (50000 100000 150000 200000 0)
#     ROUNDS   rounds                                   (3)
#     SECONDS_EACH  how long to send                    (5)
#     BUFFER   MiB                                      (64)
#     SMALL    1: payloads of 64 to 96 bytes only; else half of them 1300 bytes,
#              30 % 500, 20 % 92
#
# Printed are medians over the rounds. Lost are the frames that were sent and that
# the program does not count as captured; dropped are those that it says the
# kernel dropped. CPU is that of the capturing process while frames are sent;
# what the kernel does to put them into its buffer is the sender's. It needs
# root, ip, taskset, a POSIX shell and awk; a program that is not there is left
# out.
set -eu

rates=${RATES:-50000 100000 150000 200000 0}
rounds=${ROUNDS:-3}
seconds=${SECONDS_EACH:-5}
buffer=${BUFFER:-64}
small=
[ -z "${SMALL:-}" ] || small=-small

say() { echo "rates.sh: $*" >&2; }
[ "$(id -u)" = 0 ] || { say "it needs root, for network namespaces"; exit 1; }
for program in ip taskset awk go; do
	command -v $program >/dev/null || { say "$program is needed"; exit 1; }
done
[ "$(getconf _NPROCESSORS_ONLN)" -ge 2 ] || { say "it needs two CPUs"; exit 1; }

here=$(cd "$(dirname "$0")/.." && pwd)
dir=$(mktemp -d)
send=rates-send-$$ take=rates-take-$$
pid=
end() {
	[ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null || :
	ip netns del $send 2>/dev/null || :
	ip netns del $take 2>/dev/null || :
	rm -rf "$dir"
}
trap end EXIT
trap 'exit 1' INT TERM

(cd "$here" && CGO_ENABLED=0 go build -trimpath -o "$dir/ikesniff" ./cmd/ikesniff && CGO_ENABLED=0 go build -o "$dir/ratesend" ./internal/ratesend)
for ns in $send $take; do
	ip netns add $ns
	# IPv6 speaks up by itself when an interface comes up.
	ip netns exec $ns sh -c 'echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6; echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6' 2>/dev/null || :
done
ip -n $send link add a0 type veth peer name b0 netns $take
ip -n $send link set a0 up
ip -n $take link set b0 up
sleep 1

tools=ikesniff
for tool in tcpdump dumpcap; do
	if command -v $tool >/dev/null; then tools="$tools $tool"; else say "$tool is not installed: left out"; fi
done

# begin TOOL: starts it; pid is then its process.
begin() {
	case $1 in
	ikesniff) set -- "$dir/ikesniff" sniff -i b0 -f json -o "$dir/report" -B $((buffer * 1024)) ;;
	tcpdump) set -- tcpdump -i b0 -n -Z root -B $((buffer * 1024)) -w /dev/null ;;
	dumpcap) set -- dumpcap -q -i b0 -B "$buffer" -w /dev/null ;;
	esac
	rm -f "$dir/report"
	ip netns exec $take taskset -c 1 "$@" >"$dir/out" 2>&1 &
	pid=$!
	n=0
	until [ "$(ip netns exec $take awk 'END { print NR }' /proc/net/packet)" -gt 1 ]; do
		n=$((n + 1))
		[ $n -lt 200 ] && kill -0 $pid 2>/dev/null || { say "$1 does not capture"; cat "$dir/out" >&2; exit 1; }
		sleep 0.05
	done
	sleep 0.5
}

# ticks prints the CPU time that the process has taken, in ticks of the clock.
ticks() { sed 's/.*) //' "/proc/$pid/stat" | awk '{ print $12 + $13 }'; }

# counts TOOL prints how many packets it captured, and how many the kernel dropped.
counts() {
	case $1 in
	ikesniff) awk '
		/"dropped":/ && dropped == "" { gsub(/[^0-9]/, ""); dropped = $0 }
		/"totals":/ { totals = 1 }
		totals && /"packets":/ { gsub(/[^0-9]/, ""); print $0, dropped + 0; exit }' "$dir/report" ;;
	tcpdump) awk '/packets? captured/ { captured = $1 } /dropped by kernel/ { dropped = $1 } END { print captured + 0, dropped + 0 }' "$dir/out" ;;
	dumpcap) awk '/received\/dropped on interface/ { split($6, n, "/"); print n[1] + 0, n[2] + 0 }' "$dir/out" ;;
	esac
}

hz=$(getconf CLK_TCK)
: >"$dir/rows"
round=0
while [ $round -lt "$rounds" ]; do
	round=$((round + 1))
	for rate in $rates; do
		for tool in $tools; do
			begin $tool
			before=$(ticks)
			ip netns exec $send taskset -c 0 "$dir/ratesend" -i a0 -rate "$rate" -for "${seconds}s" $small >"$dir/sent"
			after=$(ticks)
			sleep 1 # the last block of its buffer becomes due
			kill -INT $pid
			wait $pid || :
			pid=
			set -- $(cat "$dir/sent") $(counts $tool)
			[ $# = 4 ] || { say "$tool tells no counts"; cat "$dir/out" >&2; exit 1; }
			echo "$rate $tool $1 $2 $3 $4 $((after - before))" >>"$dir/rows"
		done
	done
done

awk -v hz="$hz" '
	function median(v, key,   i, j, x, s, m) {
		m = n[key]
		for (i = 1; i <= m; i++) s[i] = v[key, i]
		for (i = 2; i <= m; i++) { x = s[i]; for (j = i - 1; j > 0 && s[j] > x; j--) s[j + 1] = s[j]; s[j + 1] = x }
		return s[int((m + 1) / 2)]
	}
	{
		key = $1 " " $2
		if (!(key in n)) order[++keys] = key
		k = ++n[key]
		sent[key, k] = $3 / $4; captured[key, k] = $5 / $4
		lost[key, k] = 100 * ($3 - $5) / $3; dropped[key, k] = 100 * $6 / $3
		cpu[key, k] = 100 * $7 / hz / $4
		each[key, k] = $5 ? 1e9 * $7 / hz / $5 : 0
	}
	END {
		print "| rate | program | sent/s | captured/s | lost % | dropped % | CPU % | ns a packet |"
		print "|--:|---|--:|--:|--:|--:|--:|--:|"
		for (i = 1; i <= keys; i++) {
			key = order[i]; split(key, w, " ")
			printf "| %s | %s | %d | %d | %.2f | %.2f | %.1f | %d |\n", w[1] ? w[1] : "all", w[2],
				median(sent, key), median(captured, key), median(lost, key), median(dropped, key), median(cpu, key), median(each, key)
		}
	}' "$dir/rows"
