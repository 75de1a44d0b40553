#!/usr/bin/env bash
# Whether docker-compose.yml and the gateway's configuration are valid, told by Debian's docker-compose and haproxy, which
# need no container engine. Installs them where they are missing.
set -euo pipefail
cd "$(dirname "$0")/.."
PATH=$PATH:/usr/sbin

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

missing=''
for tool in docker-compose haproxy; do command -v "$tool" >/dev/null || missing="$missing $tool"; done
if [ -n "$missing" ]; then
  if ! command -v apt-get >/dev/null || ! as_root true 2>/dev/null; then
    echo "compose: NOT CHECKED: there is no$missing, and no apt-get (or no right) to install it"
    exit 0
  fi
  echo "compose: apt-get install$missing"
  # shellcheck disable=SC2086 # a list of words
  as_root env DEBIAN_FRONTEND=noninteractive sh -ec "
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends $missing >/dev/null"
fi

# Without what the caller's environment or .env would set: the file must do as it is.
nothing=$(mktemp)
trap 'rm -f "$nothing"' EXIT
env -i PATH="$PATH" HOME="${HOME:-/}" docker-compose --env-file "$nothing" config -q
haproxy -c -q -f gateway/haproxy.cfg
echo "compose: docker-compose.yml ($(docker-compose version --short)) and gateway/haproxy.cfg ($(haproxy -v | grep -o '[0-9.]*' | head -1)) are valid"
