# SPDX-License-Identifier: EUPL-1.2
# A private Scopiton: MariaDB, supervisor and nginx below one folder, for `make run` and for the tests. Sourced by bash.
#
# Expects $VAR (absolute: where everything lives), $PORT, $BUILD (absolute). Sets $RUN, a link short enough for socket paths.
# $GRANTED, where it is set, has rights for packages of the host's folder, beside the portal's (docs/api.md).
# With $SCRATCH set, MariaDB leaves it to the kernel when data reach the disk: all survives a killed server, not a power failure.
# A script that starts servers reserves their ports first, with hold_port or take_port.

PATH=$PATH:/usr/sbin:/sbin
# Installed, what the build has in one folder lies in two.
LIBEXEC=$BUILD/libexec WEBROOT=$BUILD/webroot
[ ! -e author.mk ] || LIBEXEC=$(realpath ../../lib/scopiton/libexec) WEBROOT=$PWD/webroot
SCOPITON=$LIBEXEC/scopiton
CONFIG=$VAR/scopiton.conf
export SCOPITON SCOPITON_CONFIG=$CONFIG

fail() { echo "scopiton: $*" >&2; exit 1; }

# Runs a command or function in a shell of its own that ends at the first failure, and leaves the status in $STATUS. Before `||` and in
# conditions bash goes on after a failure within, so neither `( ... ) ||` nor a call of this belongs there.
strictly() {
	set +e
	(set -e; "$@")
	STATUS=$?
	set -e
}

# Shows that something goes on while it takes longer than a second: step "words" command...
step() {
	local words=$1 log=$VAR/log/step.log from=$SECONDS status=0
	shift
	if [ -t 1 ]; then
		"$@" > "$log" 2>&1 & local pid=$!
		while kill -0 $pid 2>/dev/null; do
			[ $((SECONDS - from)) -gt 0 ] && printf '\r%s ... %d s ' "$words" $((SECONDS - from))
			sleep 0.2
		done
		wait $pid || status=$?
		printf '\r\033[K'
	else
		strictly "$@" > "$log" 2>&1
		status=$STATUS
	fi
	if [ $status -ne 0 ]; then
		tail -n 20 "$log" >&2
		fail "$words: this did not work; the lines above say why."
	fi
	echo "$words: done"
}

port_is_free() { ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Reserves port $1 until this shell ends; fails where somebody else has reserved it or listens there. The kernel drops the lock
# with its holder, so nothing has to be cleaned up. The file is opened for reading: a second user may not write to it.
PORT_LOCKS=()
hold_port() {
	local folder=/tmp/scopiton-ports lock
	[ -d $folder ] || (umask 0; mkdir $folder && chmod 1777 $folder) 2>/dev/null || true
	[ -e "$folder/$1" ] || (set -C; : > "$folder/$1") 2>/dev/null || true
	{ exec {lock}< "$folder/$1"; } 2>/dev/null || return 1
	if flock -n "$lock" && port_is_free "$1"; then
		PORT_LOCKS+=("$lock")
		return 0
	fi
	exec {lock}<&-
	return 1
}

# Reserves the first port from $2 on that is free, and puts it into the variable $1. The lock belongs to this shell, so this
# is not for $(...).
take_port() {
	local candidate=$2
	until hold_port "$candidate"; do
		candidate=$((candidate + 1))
		[ "$candidate" -lt 65536 ] || fail "no port from $2 on is free."
	done
	printf -v "$1" %s "$candidate"
}

# Becomes a server, which inherits none of the locks: server program argument... &
server() {
	local lock
	for lock in "${PORT_LOCKS[@]}"; do exec {lock}<&-; done
	exec "$@"
}

prepare_folders() {
	mkdir -p "$VAR"/{log,nginx,modules,secrets,tmp} || fail "'$VAR' cannot be made."
	local free
	free=$(df -Pm "$VAR" | awk 'NR==2 {print $4}')
	[ "$free" -ge 500 ] || fail "only $free MB are free below '$VAR'; 500 are needed. Free some space and start again."
	# Socket paths have 107 bytes, so the run directory gets a short name.
	RUN=/tmp/scop-$(printf %s "$VAR" | cksum | awk '{printf "%08x", $1}')
	mkdir -p "$VAR/run"
	chmod 755 "$VAR" "$VAR/run"
	[ -L "$RUN" ] || ln -s "$VAR/run" "$RUN"
	[ "$(readlink "$RUN")" = "$VAR/run" ] && [ "$(stat -c %u "$RUN")" = $EUID ] ||
		fail "'$RUN' belongs to somebody else or leads elsewhere. Remove it and start again."
}

# As root, modules get user ids of their own, if these can reach the folder at all.
separate_users() {
	[ $EUID -eq 0 ] || { echo no; return; }
	local at=$VAR folders=()
	while [ -n "$at" ]; do
		folders+=("$at")
		at=${at%/*}
	done
	case $(stat -c %A "${folders[@]}")$'\n' in *[!xt]$'\n'*) echo no ;; *) echo yes ;; esac
}

write_config() { # further lines as arguments
	{
		echo "# Made for this private Scopiton; scopiton.conf.example explains each setting."
		echo "run = $RUN"
		echo "var = $VAR"
		echo "modules = ${MODULES_FOLDER:-$BUILD/modules}"
		echo "granted = scopiton/portal:portal,accounts,orders,writes${GRANTED:+ $GRANTED}"
		echo "webroot = $WEBROOT"
		echo "libexec = $LIBEXEC"
		echo "migrations = $PWD/migrations"
		echo "db_socket = $RUN/db.sock"
		echo "db_password_file = $VAR/secrets/.db"
		echo "port = $PORT"
		[ -z "${METRICS_PORT:-}" ] || echo "metrics_port = $METRICS_PORT"
		echo "https = no"
		case " $* " in *" development = "*) ;; *) echo "development = yes" ;; esac
		echo "separate_users = $(separate_users)"
		[ $EUID -eq 0 ] && echo "nginx_user = root"
		[ -z "${MAIL_PORT:-}" ] || printf 'mail_server = smtp://127.0.0.1:%s\nmail_from = no-reply@localhost.localdomain\n' "$MAIL_PORT"
		printf '%s\n' "$@"
	} > "$CONFIG"
}

write_db_config() {
	cat > "$VAR/db.cnf" <<-END
	[mariadbd]
	user = $(id -un)
	datadir = $VAR/db
	tmpdir = $VAR/tmp # a starting MariaDB sweeps its own, and with a common one its neighbours' tables
	socket = $RUN/db.sock
	pid-file = $VAR/db.pid
	log-error = $VAR/log/db.log
	skip-networking
	skip-name-resolve
	plugin-load-add = auth_ed25519
	character-set-server = utf8mb4
	collation-server = utf8mb4_unicode_520_ci
	innodb_flush_log_at_trx_commit = 1
	query_cache_type = DEMAND
	query_cache_size = 16M
	innodb_buffer_pool_size = 128M
	innodb_lock_wait_timeout = 5
	lock_wait_timeout = 5
	table_definition_cache = 20000
	max_prepared_stmt_count = 100000
	max_connections = 300
	local_infile = 0
	performance_schema = off
	END
	[ -z "${SCRATCH:-}" ] || cat >> "$VAR/db.cnf" <<-END
	innodb_flush_method = nosync
	debug_no_sync
	aria_pagecache_buffer_size = 8M
	key_buffer_size = 1M
	END
	[ -z "${DB_OPTIONS:-}" ] || echo "$DB_OPTIONS" >> "$VAR/db.cnf"
}

make_db() { # --force: where no name service knows this machine's name
	rm -rf "$VAR/db.new"
	mariadb-install-db --no-defaults --user="$(id -un)" --datadir="$VAR/db.new" --tmpdir="$VAR/tmp" --auth-root-authentication-method=normal \
		--skip-test-db --force ${SCRATCH:+--innodb-flush-method=nosync --debug-no-sync} && mv "$VAR/db.new" "$VAR/db"
}

db_answers() { mariadb-admin --no-defaults --socket="$RUN/db.sock" -u nobody ping 2>&1 | grep -q 'alive\|Access denied'; }

start_db() {
	write_db_config
	server mariadbd --defaults-file="$VAR/db.cnf" >> "$VAR/log/db.log" 2>&1 &
	DB_PID=$!
	local i
	for ((i = 0; i < 1500; i++)); do
		[ -S "$RUN/db.sock" ] && db_answers && return
		kill -0 $DB_PID 2>/dev/null || break
		sleep 0.02
	done
	tail -n 5 "$VAR/log/db.log" >&2
	fail "MariaDB did not start; '$VAR/log/db.log' says why."
}

# The installer's account, with a password that only we can read. Safe to repeat.
make_account() {
	[ -e "$VAR/secrets/.db" ] && [ -e "$VAR/secrets/.root" ] && return
	local password root_password
	password=$(head -c 24 /dev/urandom | base64 | tr -d '+/=')
	root_password=$(head -c 24 /dev/urandom | base64 | tr -d '+/=')
	mariadb --no-defaults --socket="$RUN/db.sock" -u root <<-END || fail "the database account could not be made."
	CREATE OR REPLACE USER scopiton@localhost IDENTIFIED VIA ed25519 USING PASSWORD('$password');
	GRANT ALL ON *.* TO scopiton@localhost WITH GRANT OPTION;
	ALTER USER root@localhost IDENTIFIED VIA ed25519 USING PASSWORD('$root_password');
	END
	(umask 077; echo "$password" > "$VAR/secrets/.db"; echo "$root_password" > "$VAR/secrets/.root")
	chmod 711 "$VAR/secrets"
}

# Waits until process $1, which is "$3" in words and logs to mail.log, listens on port $2.
wait_for_mail() {
	local i
	for ((i = 0; i < 600; i++)); do
		port_is_free "$2" || return 0
		kill -0 "$1" 2>/dev/null || break
		sleep 0.05
	done
	tail -n 5 "$VAR/log/mail.log" >&2
	fail "$3 did not start; '$VAR/log/mail.log' says why."
}

# A mail server that keeps what it gets in the Maildir $VAR/mail, and sends nothing on. Only where $MAIL_PORT is set.
start_mail() {
	launch_mail
	[ -z "${MAIL_PORT:-}" ] || wait_for_mail "$MAIL_PID" "$MAIL_PORT" 'the mail server'
}

# The same, and whoever calls it waits: Python takes its time, in which something else can be done.
launch_mail() {
	[ -n "${MAIL_PORT:-}" ] || return 0
	server /usr/bin/python3 -m aiosmtpd -n -l "127.0.0.1:$MAIL_PORT" -c aiosmtpd.handlers.Mailbox "$VAR/mail" >> "$VAR/log/mail.log" 2>&1 &
	MAIL_PID=$!
}

# The same mails for a browser.
start_mailbox() {
	server tools/mailbox "$VAR/mail" "$MAILBOX_PORT" >> "$VAR/log/mail.log" 2>&1 &
	MAILBOX_PID=$!
}

start_supervisor() {
	server "$SCOPITON" serve >> "$VAR/log/scopiton.log" 2>&1 &
	SUPERVISOR_PID=$!
	local i
	for ((i = 0; i < 600; i++)); do
		[ -S "$RUN/control" ] && [ -e "$RUN/directory" ] && return
		kill -0 $SUPERVISOR_PID 2>/dev/null || break
		sleep 0.05
	done
	tail -n 5 "$VAR/log/scopiton.log" >&2
	fail "the supervisor did not start; '$VAR/log/scopiton.log' says why."
}

# The welcome page with this Scopiton's ports; without the mailbox where none is started.
write_welcome() {
	local page mailbox='/<!-- mailbox -->/,/<!-- .mailbox -->/d'
	[ -z "${MAILBOX_PORT:-}" ] || mailbox="s/@MAILBOX@/$MAILBOX_PORT/; /mailbox -->/d"
	mkdir -p "$VAR/welcome"
	for page in "$BUILD"/welcome/*.html; do
		[ -e "$page" ] || continue # a tenant by itself has no welcome page
		sed "s/@PORT@/$PORT/; $mailbox" "$page" > "$VAR/welcome/${page##*/}"
	done
}

start_nginx() {
	write_welcome
	cp nginx/fastcgi.conf nginx/headers.conf nginx/errors.conf nginx/session.conf "$VAR/nginx/"
	"$SCOPITON" nginx > "$VAR/nginx.conf"
	server nginx -p "$VAR" -c "$VAR/nginx.conf" -e "$VAR/log/nginx-error.log" -g 'daemon off;' 2>> "$VAR/log/nginx-error.log" &
	NGINX_PID=$!
	local i
	for ((i = 0; i < 600; i++)); do
		port_is_free "$PORT" || return 0
		kill -0 $NGINX_PID 2>/dev/null || break
		sleep 0.05
	done
	tail -n 5 "$VAR/log/nginx-error.log" >&2
	fail "nginx did not start; '$VAR/log/nginx-error.log' says why."
}

# Ends what we started, front to back, each by its id; MariaDB by $DB_SIGNAL.
stop_all() {
	local pid
	for pid in ${NGINX_PID:-} ${SUPERVISOR_PID:-}; do
		kill -QUIT "$pid" 2>/dev/null || true
	done
	for pid in ${NGINX_PID:-} ${SUPERVISOR_PID:-}; do
		wait "$pid" 2>/dev/null || true
	done
	for pid in ${MAIL_PID:-} ${MAILBOX_PID:-}; do
		kill -TERM "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
	if [ -n "${DB_PID:-}" ]; then
		kill -"${DB_SIGNAL:-TERM}" "$DB_PID" 2>/dev/null || true
		wait "$DB_PID" 2>/dev/null || true
	fi
	[ -L "${RUN:-}" ] && rm -f "$RUN"
	return 0
}
