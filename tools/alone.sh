#!/usr/bin/env bash
# SPDX-License-Identifier: EUPL-1.2
# A tenant by itself: called by `run` of an archive that it was taken out with. PORT=9000 for another port; what is stored stays
# in var/ beside it.
set -eu
top=$(cd "$(dirname "$0")/../.." && pwd)
cd "$top/host"
VAR=$top/var BUILD=$PWD/build PORT=${PORT:-8080}
tools/install-packages
. tools/stack.sh

hold_port "$PORT" || fail "port $PORT is in use on this machine. Choose another: PORT=9000 ./run"
# The packages of the archive are this host's own: its configuration grants the portal the rights that it needs.
MODULES_FOLDER=$top/packages
prepare_folders
exec 9> "$VAR/lock"
flock -n 9 || fail "this is running already."
trap 'trap - INT TERM EXIT; echo; echo "Stopping ..."; stop_all; echo "Stopped. ./run goes on with the same data."' EXIT
trap 'exit 0' INT TERM
set -m
write_config
[ -d "$VAR/db" ] || step "Making the database" make_db
start_db
make_account
step "Preparing the database" "$SCOPITON" migrate
if [ ! -e "$VAR/arrived" ]; then
	step "Taking the data in" "$SCOPITON" tenant import "$top" --with-packages --operator
	touch "$VAR/arrived"
fi
start_supervisor
start_nginx
"$SCOPITON" tenant list | while read -r name _; do
	echo
	"$SCOPITON" tenant show "$name" | sed -n "s|^host *\(.*\)|  public  http://\1:$PORT/|p; s|^portal *\(.*\)|  portal  http://\1:$PORT/|p"
	echo "  a link that signs in: $("$SCOPITON" login "$name" owner)"
done
echo "
The names have to lead to this machine: in /etc/hosts for a try, in the DNS for good. Ctrl-C stops everything and keeps the data."
while kill -0 "$SUPERVISOR_PID" 2>/dev/null && kill -0 "$DB_PID" 2>/dev/null && kill -0 "$NGINX_PID" 2>/dev/null; do
	sleep 1
done
fail "one of the servers ended by itself; '$VAR/log' says why."
