# SPDX-License-Identifier: EUPL-1.2
# Databases of tests, prepared once in $BUILD/scratch and copied by each run. Sourced by bash, after stack.sh.

# A change of any of these asks for another database.
scratch_key() {
	{ mariadbd --version; echo $EUID; separate_users; find -L tools/stack.sh tools/scratch.sh migrations "$SCOPITON" "${LIBEXEC%/*}/libscopiton.so.1" -type f -printf '%p %s %T@\n' | sort; } |
		sha256sum | cut -c 1-16
}

# A migrated database without modules, and its secrets. Made beside $VAR, for owners of files depend
# on where it is. For a shell of its own.
make_scratch() {
	local made=$1
	trap 'stop_all' EXIT
	exec {making}>&-
	VAR=$VAR.scratch CONFIG=$VAR/scopiton.conf SCOPITON_CONFIG=$VAR/scopiton.conf MODULES_FOLDER=$VAR/modules
	rm -rf "$BUILD"/scratch/*.db*
	prepare_folders
	write_config
	make_db > "$VAR/log/db-install.log" 2>&1
	start_db
	make_account
	"$SCOPITON" migrate
	stop_all
	mkdir "$made.part"
	cp -a --reflink=auto --sparse=always "$VAR/db" "$VAR/secrets" "$made.part"
	rm -rf "$VAR"
	mv "$made.part" "$made"
}

copy_scratch() {
	local scratch
	scratch=$BUILD/scratch/$(scratch_key).db
	mkdir -p "$BUILD/scratch"
	exec {making}> "$BUILD/scratch/lock"
	flock "$making"
	if [ ! -d "$scratch" ]; then
		strictly make_scratch "$scratch"
		[ $STATUS -eq 0 ] || fail "the database for tests could not be prepared."
	fi
	cp -a --reflink=auto --sparse=always "$scratch"/. "$VAR"
	exec {making}>&-
}

# Puts what a release has left (tools/release) in the place of what a new host has: databases, accounts, files, secrets. For a shell of
# its own.
restore_release() {
	set -o pipefail
	local db=(--no-defaults "--socket=$RUN/db.sock" -u root "-p$(cat "$VAR/secrets/.root")")
	mariadb "${db[@]}" -e 'DROP DATABASE account; DROP DATABASE queue; DROP DATABASE scopiton'
	gzip -dc "$1/databases.sql.gz" | mariadb "${db[@]}"
	gzip -dc "$1/accounts.sql.gz" | mariadb "${db[@]}"
	tar -xzf "$1/var.tar.gz" -C "$VAR"
}
