#!/usr/bin/env bash
# Breaks the rules of the protocol one by one and shows that the simulation finds each: every patch here is applied to a copy of the
# tree, which is built and run. Usage: run.sh [--seeds N] [NAME...]; ends with 1 if a broken rule survives N seeds (default 1000).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
seeds=1000
if [[ ${1:-} == --seeds ]]; then
    seeds=$2
    shift 2
fi

names=("$@")
if ((${#names[@]} == 0)); then
    for patch in "$here"/*.patch; do
        names+=("$(basename "$patch" .patch)")
    done
fi

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
# What is in the work tree, committed or not, but for what builds leave.
(cd "$root" && git ls-files -z --cached --others --exclude-standard | tar -c --null -T -) | tar -x -C "$copy"
cd "$copy"
git init -q .
# A copy that is broken on purpose need not please the analyzers.
build() { dotnet build tests/StreamSpanMetrics.Benchmarks -v quiet -nodeReuse:false -p:RunAnalyzers=false "$@"; }
simulate() { dotnet tests/StreamSpanMetrics.Benchmarks/bin/Debug/net10.0/StreamSpanMetrics.Benchmarks.dll simulate --seeds "$seeds"; }

survivors=0
build >build.log || { tail -n 20 build.log; exit 1; }
for name in "${names[@]}"; do
    git apply "$here/$name.patch"
    if ! build --no-restore >build.log; then
        tail -n 20 build.log
        echo "$name: does not build"
        exit 1
    fi

    if simulate >"$name.log"; then
        echo "$name: SURVIVED $seeds seeds"
        survivors=$((survivors + 1))
    else
        echo "$name: $(tail -n 1 "$name.log")"
        grep -A 2 -m 1 '^seed .* failed' "$name.log" | cut -c1-220 | sed 's/^/    /'
    fi

    git apply --reverse "$here/$name.patch"
done

echo "${#names[@]} rules broken, $survivors not noticed"
exit $((survivors > 0))
