#!/usr/bin/env bash
# npm run start:dev: the whole system in one process, with made-up logs to look at (SOURCE_DEMO=false: without). Builds and
# starts it again whenever a file of src changes.
set -eu
cd "$(dirname "$0")/.."

export SOURCE_DEMO="${SOURCE_DEMO:-true}"
exec node_modules/.bin/nest start --watch --preserveWatchOutput "$@"
