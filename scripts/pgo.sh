#!/bin/sh
# pgo.sh DIR: makes cmd/ikesniff/default.pgo, the profile by which the compiler
# decides what to inline, from runs over the captures in DIR (compare.sh leaves
# them there). Do it again when the per-packet path has changed much.
set -eu
dir=$(cd "${1:?the folder of the captures}" && pwd)
cd "$(dirname "$0")/.."
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
IKESNIFF_CAPTURES=$dir go test -run '^$' -bench 'Captures/.*/workers=1' -benchtime 15x -cpuprofile "$tmp/cpu" -o "$tmp/test" ./pipeline
go tool pprof -proto "$tmp/test" "$tmp/cpu" >cmd/ikesniff/default.pgo
ls -l cmd/ikesniff/default.pgo
