#!/usr/bin/env bash
# npm test: every test there is, against real servers and the built program. Arguments go to Jest.
set -eu
cd "$(dirname "$0")/.."

if [ -z "${RABBITMQ_URL:-}" ] || [ -z "${MONGODB_URI:-}" ]; then scripts/services.sh start; fi
npm run --silent build
# In one process: the servers and the roles under test need the other cores.
exec node_modules/.bin/jest --runInBand "$@"
