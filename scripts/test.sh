#!/usr/bin/env bash
# npm test: every test there is: on the embedded servers, on real ones, and the built program. Where there are no real
# servers, what needs them is left out, and that is said; with CI set they are required. Arguments go to Jest.
set -eu
cd "$(dirname "$0")/.."

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Those that the environment names must be there: test/support/require-services.ts fails the run if they are not.
have_servers() {
  if [ -n "${RABBITMQ_URL:-}" ] && [ -n "${MONGODB_URI:-}" ]; then return 0; fi
  if scripts/services.sh start; then return 0; fi
  # Not ours to start, but perhaps somebody else's on the same ports.
  answers "${RABBITMQ_PORT:-5672}" && answers "${RABBITMQ_MANAGEMENT_PORT:-15672}" && answers "${MONGODB_PORT:-27017}"
}

if have_servers; then
  scripts/build-if-changed.sh
  node_modules/.bin/jest "$@"
elif [ -n "${CI:-}" ]; then
  echo 'test: CI is set, so RabbitMQ and MongoDB are required; see above why they could not be started' >&2
  exit 1
else
  result=0
  scripts/build-if-changed.sh
  node_modules/.bin/jest --selectProjects unit embedded e2e-embedded --passWithNoTests "$@" || result=$?
  cat >&2 <<'TEXT'

  ############################################################################################
  #  LEFT OUT, as there is no RabbitMQ and no MongoDB: `integration` on the real servers and #
  #  `e2e`. To run them too: scripts/services.sh install && npm test                         #
  ############################################################################################
TEXT
  exit "$result"
fi
