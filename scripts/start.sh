#!/usr/bin/env bash
# npm start: the whole system in one process. Starts the servers that the environment does not name, builds if need be.
set -eu
cd "$(dirname "$0")/.."

case "${RABBITMQ_URL:+r}${MONGODB_URI:+m}" in
  rm) ;;
  r) scripts/services.sh start mongodb ;;
  m) scripts/services.sh start rabbitmq ;;
  *) scripts/services.sh start ;;
esac
export RABBITMQ_URL="${RABBITMQ_URL:-amqp://guest:guest@127.0.0.1:${RABBITMQ_PORT:-5672}}"
export MONGODB_URI="${MONGODB_URI:-mongodb://127.0.0.1:${MONGODB_PORT:-27017}/logwarren?replicaSet=rs0}"
export ROLE="${ROLE:-all}"

sources=(src package-lock.json tsconfig.json tsconfig.build.json nest-cli.json)
if [ ! -f dist/main.js ] || [ -n "$(find "${sources[@]}" -newer dist/main.js -print -quit)" ]; then
  echo 'building'
  npm run --silent build
fi
exec node --enable-source-maps dist/main.js "$@"
