#!/usr/bin/env bash
# npm run start:dev: the whole system in one process, with made-up logs to look at (SOURCE_DEMO=false: without). Builds and
# starts it again whenever a file of src changes.
set -eu
cd "$(dirname "$0")/.."

export SOURCE_DEMO="${SOURCE_DEMO:-true}"
# Without a shell in between, which would end at once when the program is told to stop: the next one must wait for the
# port and the data of the one before.
exec node_modules/.bin/nest start --watch --preserveWatchOutput --no-shell "$@"
