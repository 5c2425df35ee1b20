#!/usr/bin/env bash
# Kills, stops, freezes and restarts workers and the broker under load, then checks every counter: tests/chaos.sh [SECONDS] [SEED]
# Needs what the integration tests need: KAFKA_HOME with a Java runtime, and prometheus on PATH.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export CHAOS_SECONDS="${1:-180}" CHAOS_SEED="${2:-$RANDOM}"
echo "chaos for $CHAOS_SECONDS s with seed $CHAOS_SEED"
dotnet run --project tests/StreamSpanMetrics.Integration.Tests -- -class '*ChaosTests' -showLiveOutput
