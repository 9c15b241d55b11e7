#!/bin/sh
# Makes sure that PostgreSQL's server programs are here: quiet when they are, installed when that can be done without asking.
set -eu

# Where FindPostgres (pkg/embedded) looks too; initdb must sit beside postgres, for either alone may be a wrapper.
present() {
	for dir in "${PG_BIN:-}" "$(pg_config --bindir 2>/dev/null || true)" \
		/usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/libexec/postgresql* \
		/opt/homebrew/opt/postgresql@*/bin /usr/local/opt/postgresql@*/bin \
		"$(dirname "$(command -v postgres || echo /none/postgres)")"; do
		[ -n "$dir" ] && [ -x "$dir/initdb" ] && [ -x "$dir/postgres" ] || continue
		major=$("$dir/postgres" --version 2>/dev/null | sed 's/[^0-9]*\([0-9]*\).*/\1/')
		[ "${major:-0}" -ge 15 ] && return 0
	done
	return 1
}

# as_root runs a command as root if that needs no password.
as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
		sudo -n "$@"
	else
		return 1
	fi
}

# On Debian the server's package would also make and run a cluster of its own: nobody asked for that.
apt_install() {
	conf=/etc/postgresql-common/createcluster.d/breakwater.conf
	as_root mkdir -p "${conf%/*}" || return 1
	echo 'create_main_cluster = false' | as_root tee "$conf" >/dev/null
	as_root apt-get update -qq || true # an old list may do
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql || true
	as_root rm -f "$conf"
}

# install tries this system's package manager.
install() {
	if command -v apt-get >/dev/null; then
		apt_install
	elif command -v dnf >/dev/null; then
		as_root dnf install -y -q postgresql-server
	elif command -v apk >/dev/null; then
		as_root apk add --quiet postgresql
	elif command -v brew >/dev/null; then
		brew install --quiet postgresql@17
	else
		return 1
	fi
}

present && exit 0
echo "PostgreSQL is not installed: installing it" >&2
install >&2 || true
present && exit 0
echo "install PostgreSQL 15 or newer (Debian: apt-get install postgresql), or set PG_BIN to the folder of its programs" >&2
exit 1
