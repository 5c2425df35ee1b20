#!/usr/bin/env bash
# Old and new workers side by side: builds another revision of the program, and runs chaos and a rolling restart with every second worker of
# that version: tests/versions.sh REVISION [SECONDS] [SEED]. Needs what the integration tests need, and the history of the repository.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
revision=$(git rev-parse --verify "$1^{commit}")
other=$(mktemp -d)
trap 'rm -rf "$other"' EXIT
git archive "$revision" | tar -x -C "$other"
dotnet build "$other/src/StreamSpanMetrics" -v quiet -nodeReuse:false -p:RunAnalyzers=false
export OTHER_SPANMETRICS="$other/src/StreamSpanMetrics/bin/Debug/net10.0/spanmetrics.dll"
export CHAOS_SECONDS="${2:-90}" CHAOS_SEED="${3:-$RANDOM}"
echo "workers of $revision beside those of this tree; chaos for $CHAOS_SECONDS s with seed $CHAOS_SEED"
dotnet run --project tests/StreamSpanMetrics.Integration.Tests -- -class '*ChaosTests' -class '*RollingRestartTests' -showLiveOutput
