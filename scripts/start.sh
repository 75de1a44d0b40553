#!/usr/bin/env bash
# npm start: the whole system in one process, built if need be. What RABBITMQ_URL and MONGODB_URI do not name runs within it.
set -eu
cd "$(dirname "$0")/.."

scripts/build-if-changed.sh
exec node --enable-source-maps dist/main.js "$@"
