#!/usr/bin/env bash
# npm run bench [-- section...]: measures the built program on the real servers. All sections together write docs/benchmarks.md,
# named ones only print what they measured.
set -eu
cd "$(dirname "$0")/.."

if [ -z "${RABBITMQ_URL:-}" ] || [ -z "${MONGODB_URI:-}" ]; then scripts/services.sh start; fi
scripts/build-if-changed.sh
exec node --require ./bench/register-typescript.cjs bench/main.ts "$@"
