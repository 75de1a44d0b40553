#!/usr/bin/env bash
# npm start: the whole system in one process, built if need be. What RABBITMQ_URL and MONGODB_URI do not name runs within it.
set -eu
cd "$(dirname "$0")/.."

sources=(src package-lock.json tsconfig.json tsconfig.build.json nest-cli.json)
if [ ! -f dist/main.js ] || [ -n "$(find "${sources[@]}" -newer dist/main.js -print -quit)" ]; then
  echo 'building'
  npm run --silent build
fi
exec node --enable-source-maps dist/main.js "$@"
