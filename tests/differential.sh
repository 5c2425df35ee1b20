#!/usr/bin/env bash
# Settings and spans made up at random, through `compute` and through the real connector: tests/differential.sh [CASES] [SEED].
# Needs otelcol (or otelcol-contrib) on PATH, with the span_metrics connector of v0.158.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DIFFERENTIAL_CASES="${1:-300}" DIFFERENTIAL_SEED="${2:-$RANDOM}"
echo "$DIFFERENTIAL_CASES cases from seed $DIFFERENTIAL_SEED"
dotnet run --project tests/StreamSpanMetrics.Integration.Tests -- -class '*DifferentialTests' -showLiveOutput
