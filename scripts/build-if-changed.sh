#!/usr/bin/env bash
# Builds dist/ unless it is newer than everything it is made of.
set -eu
cd "$(dirname "$0")/.."

sources=(src package-lock.json tsconfig.json tsconfig.build.json nest-cli.json)
if [ ! -f dist/main.js ] || [ -n "$(find "${sources[@]}" -newer dist/main.js -print -quit)" ]; then
  echo 'building'
  npm run --silent build
fi
