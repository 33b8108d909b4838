# shellcheck shell=sh
# What install.sh, update.sh and uninstall.sh share: read by them, never run by itself.
#
# $P is the prefix of the panel's root: '' on a real server, a sandbox's folder otherwise. It is whatever stands before
# /usr/local/directadmin/plugins/dunning/scripts. Everything is said on standard output: the panel shows only that.

PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin
LC_ALL=C
export PATH LC_ALL
unset CDPATH DUNNING_CONFIG DUNNING_NOW
umask 022
exec 2>&1

account=dunning
gecos='dunning plugin pages'

say() { printf '%s\n' "$*"; }
fail() { say "dunning: $*"; exit 1; }
is_root() { [ "$(id -u)" -eq 0 ]; }
has_systemd() { [ -z "$P" ] && [ -d /run/systemd/system ]; }

here=$(cd "$(dirname "$0")" && pwd)
plugin=${here%/scripts}
P=${plugin%/usr/local/directadmin/plugins/dunning}
[ "$P" != "$plugin" ] || fail "this script must lie in /usr/local/directadmin/plugins/dunning/scripts"
case $P in
    *[!A-Za-z0-9/._-]*) fail "the folder $P has characters that cannot stand in a script; use letters, digits, / . _ -" ;;
esac
version=$(sed -n 's/^version=//p' "$plugin/plugin.conf")
case $version in
    '' | *[!0-9A-Za-z.]*) fail "plugin.conf names no usable version" ;;
esac

opt=$P/opt/dunning
link=$opt/venv
venv=$opt/venv-$version
etc=$P/etc/dunning
state=$P/var/lib/dunning
imports=$P/var/lib/dunning-import
run=$P/run/dunning
unit=$P/etc/systemd/system/dunning.service
program=$P/usr/local/bin/dunning
before=''
backup=''
passwd=$P/etc/passwd
group=$P/etc/group

if ! is_root; then
    [ -n "$P" ] || fail "only root can do this"
    say "Not root: everything belongs to $(id -un), the page's account too, and nothing is given away."
fi

# own OWNER:GROUP PATH... - by number, because a sandbox's account is not the machine's.
own() { if is_root; then chown -h "$@"; fi; }

# folder PATH MODE [OWNER:GROUP] - there, with just this mode, whatever the umask was.
folder() {
    [ -d "$1" ] || mkdir -p "$1"
    own "${3:-0:0}" "$1/."
    chmod "$2" "$1"
}

# put PATH MODE - standard input becomes the file, whole or not at all.
put() {
    rm -f "$1.new"
    (umask 077 && cat >"$1.new")
    own 0:0 "$1.new"
    chmod "$2" "$1.new"
    mv -f "$1.new" "$1"
}

# The first Python that will do. The system's own come first: the page's account must be able to run it too.
find_python() {
    for python in "${DUNNING_PYTHON:-}" /usr/bin/python3 /usr/bin/python3.13 /usr/bin/python3.12 /usr/bin/python3.11 \
        /usr/bin/python3.10 /usr/bin/python3.9 /usr/local/bin/python3; do
        if [ -x "$python" ] && "$python" -I -c \
            'import sys, sqlite3, ssl, venv, zlib; sys.exit(sys.version_info < (3, 9))' 2>/dev/null; then
            return
        fi
    done
    fail "no Python 3.9 or later is in /usr/bin; install one (dnf install python3.11, apt-get install python3)"
}

# --- the page's account ---------------------------------------------------------------------------------------------

# The account's line of passwd: ours below $P, on a real server the machine's whatever it comes from.
account_line() {
    if [ -n "$P" ]; then
        [ ! -f "$passwd" ] || grep "^$account:" "$passwd" || true
    else
        getent passwd "$account" || true
    fi
}

make_account() {
    if [ -e "$P/usr/local/directadmin/data/users/$account" ]; then
        fail "a customer of the panel is called $account; its pages must not run as a customer. Rename him first"
    fi
    if [ -z "$(account_line)" ]; then
        if [ -n "$P" ]; then add_account_below; else add_account; fi
    fi
    line=$(account_line)
    uid=$(printf '%s\n' "$line" | cut -d: -f3)
    gid=$(printf '%s\n' "$line" | cut -d: -f4)
    [ -n "$uid" ] && [ -n "$gid" ] || fail "the account $account could not be made"
    [ "$uid" -ne 0 ] || ! is_root || fail "the account $account is root by another name; remove it"
    if [ "$(printf '%s\n' "$line" | cut -d: -f5)" != "$gecos" ]; then
        fail "there is an account $account that this plugin did not make. Remove or rename it, or, if it is meant" \
            "for the plugin's pages alone: usermod --comment '$gecos' $account"
    fi
}

add_account() {
    shell=/usr/sbin/nologin
    [ -x "$shell" ] || shell=/sbin/nologin
    getent group "$account" >/dev/null || groupadd --system "$account"
    useradd --system --gid "$account" --no-create-home --home-dir /nonexistent --shell "$shell" \
        --comment "$gecos" "$account"
}

# Below a prefix the panel's own files are written; the machine's accounts are left alone. An ordinary user's pages run
# as himself, so that the account gets his numbers.
add_account_below() {
    folder "$P/etc" 755
    if is_root; then
        id=900
        while taken "$id"; do id=$((id - 1)); done
        numbers=$id:$id
    else
        numbers=$(id -u):$(id -g)
    fi
    with_line "$group" "$account:x:${numbers#*:}:"
    with_line "$passwd" "$account:x:$numbers:$gecos:/nonexistent:/usr/sbin/nologin"
}

taken() {
    getent passwd "$1" >/dev/null || getent group "$1" >/dev/null ||
        cat "$passwd" "$group" 2>/dev/null | cut -d: -f3 | grep -qx "$1"
}

with_line() {
    { if [ -f "$1" ]; then grep -v "^$account:" "$1" || true; fi; printf '%s\n' "$2"; } | put "$1" 644
}

remove_account() {
    case $(account_line) in
        *":$gecos:"*) ;;
        *) return 0 ;;
    esac
    if [ -z "$P" ]; then
        userdel "$account"
        if getent group "$account" >/dev/null; then groupdel "$account"; fi
    else
        for file in "$passwd" "$group"; do
            { grep -v "^$account:" "$file" || true; } | put "$file" 644
        done
    fi
}

# --- what lies where ------------------------------------------------------------------------------------------------

# The plugin's own files: root's, so that nobody else decides what the panel's hooks do as root.
settle_plugin_files() {
    if is_root; then chown -hR 0:0 "$plugin"; fi
    find "$plugin" -type d -exec chmod 755 {} +
    # A hook is executable at every instant: without, it would not be run, and let somebody in.
    chmod 755 "$plugin"/admin/* "$plugin"/hooks/*.sh "$plugin"/scripts/*install.sh "$plugin/scripts/update.sh"
    find "$plugin" -type f ! -path "$plugin/admin/*" ! -path "$plugin/hooks/*.sh" ! -path "$plugin/scripts/*install.sh" \
        ! -path "$plugin/scripts/update.sh" -exec chmod 644 {} +
    for hook in "$plugin"/hooks/*.sh; do
        sed "s|^state=.*|state=$state|" "$hook" | put "$hook" 755
    done
    for page in index.html data.raw; do
        sed "1s|.*|#!$python -IS|" "$plugin/admin/$page" | put "$plugin/admin/$page" 755
    done
}

make_folders() {
    folder "$opt" 755
    folder "$etc" 700
    folder "$imports" 700
    folder "$run" 710 "0:$gid"
    folder "$(dirname "$unit")" 755
    folder "$(dirname "$program")" 755
    if [ -e "$program" ] && ! is_our_program; then fail "$program is there and not ours; move it away"; fi
}

# A sample on the first install only: what the host wrote is his.
make_config() {
    if [ ! -e "$etc/dunning.yaml" ]; then
        "$venv/bin/python" -I -m dunning_plugin.config.sample --root "${P:-/}" | put "$etc/dunning.yaml" 600
        [ -s "$etc/dunning.yaml" ] || fail "no sample of dunning.yaml could be written"
        say "A first $etc/dunning.yaml is written: put your name and contact into it."
    fi
    own 0:0 "$etc/dunning.yaml"
    chmod 600 "$etc/dunning.yaml"
}

# Where the store and the locks are is the host's to say; the hooks and the unit follow.
make_state() {
    store=$("$venv/bin/dunning" store path) || fail "$etc/dunning.yaml cannot be used; mend that and try again"
    state=$(dirname "$store")
    case $state in
        '' | *[!A-Za-z0-9/._-]*) fail "state_dir $state cannot stand in a script; use letters, digits, / . _ -" ;;
    esac
    folder "$state" 700
    for part in locks locks/login locks/guard spool run backups; do folder "$state/$part" 700; done
    rm -f "$state/$done_with"
}

# Left in the state folder by uninstall.sh once it is certain that nothing is laid, so that it can be run again.
done_with=uninstalled

# The store of another version: a copy first, then the migration. A trap of the caller's puts $backup back.
migrate_store() {
    if [ -f "$store" ] && [ "$before" != "${venv##*/}" ]; then
        copy=$state/backups/before-$version-$(date -u +%Y%m%dT%H%M%SZ)-$$.db
        "$venv/bin/dunning" store backup "$copy"
        backup=$copy
        say "The store as it was: $backup"
    fi
    "$venv/bin/dunning" store migrate
}

# --- Python ---------------------------------------------------------------------------------------------------------

# A venv of this version beside any other, from the wheels of this package alone: no network, no compiler, and no
# ensurepip, which Debian's Python lacks. It is made under another name, and marked when it is whole.
make_venv() {
    stamp="$python $("$python" -V) $(cksum <"$plugin/wheels/requirements.txt")"
    if [ "$(cat "$venv/.whole" 2>/dev/null)" = "$stamp" ]; then return; fi
    new=$venv.new
    rm -rf "$new"
    "$python" -I -m venv --without-pip "$new"
    chmod 755 "$new"
    for pip in "$plugin"/wheels/pip-*.whl; do
        "$new/bin/python" -I "$pip/pip" --isolated install --quiet --no-index --no-deps --no-compile --no-cache-dir \
            --disable-pip-version-check --root-user-action=ignore --require-hashes \
            --find-links "$plugin/wheels" -r "$plugin/wheels/requirements.txt"
    done
    # Scripts of the packages and `activate` bear the name that the venv is made under, and nobody needs them.
    for file in "$new"/bin/*; do
        case ${file##*/} in python*) ;; *) rm -f "$file" ;; esac
    done
    "$new/bin/python" -I -m compileall -q -s "$new" -p "$venv" -x "$compiled_later" "$new/lib"
    write_program
    [ "$("$new/bin/python" -I -m dunning_plugin --version)" = "dunning, version $version" ] ||
        fail "what was installed into $new is not version $version"
    printf '%s\n' "$stamp" | put "$new/.whole" 644
    rm -rf "$venv.old"
    if [ -e "$venv" ]; then mv "$venv" "$venv.old"; fi
    mv "$new" "$venv"
    rm -rf "$venv.old"
}

# Large, and hardly imported if at all: compiled when that happens.
compiled_later='/(pygments|rich/_unicode_data|sqlalchemy/(testing|orm|ext|dialects/(mssql|mysql|oracle|postgresql)))/'

write_program() {
    {
        say '#!/bin/sh'
        if [ -n "$P" ]; then
            say "DUNNING_CONFIG=\${DUNNING_CONFIG:-$etc/dunning.yaml}"
            say 'export DUNNING_CONFIG'
        fi
        say "exec $venv/bin/python -I -m dunning_plugin \"\$@\""
    } | put "$new/bin/dunning" 755
}

# keep_plugin_files - a copy beside the venv, which a failed update brings back.
keep_plugin_files() {
    rm -rf "$venv/plugin.new" "$venv/plugin"
    cp -R "$plugin" "$venv/plugin.new"
    mv "$venv/plugin.new" "$venv/plugin"
}

# An update's plugin.conf says that the plugin is neither active nor installed, and what the panel had written there is
# gone with the old file: without both, no page opens and no hook guards anything.
mark_active() {
    sed 's/^active=.*/active=yes/; s/^installed=.*/installed=yes/' "$plugin/plugin.conf" | put "$plugin/plugin.conf" 644
}

# point_to NAME - the link to the venv in use, changed in one step.
point_to() {
    rm -f "$link.new"
    ln -s "$1" "$link.new"
    mv -fT "$link.new" "$link"
}

is_our_program() { [ "$(readlink "$program" || true)" = "$link/bin/dunning" ]; }

drop_program() { if is_our_program; then rm -f "$program"; fi; }

link_program() {
    rm -f "$program.new"
    ln -s "$link/bin/dunning" "$program.new"
    mv -fT "$program.new" "$program"
}

# --- the service ----------------------------------------------------------------------------------------------------

# Kept beside the venv too, so that a failed update can bring it back.
write_unit() {
    put "$venv/dunning.service" 644 <<UNIT
# Written by the plugin's install.sh and update.sh. Changes of your own: systemctl edit dunning
[Unit]
Description=dunning: suspends and restores by the book
After=network.target directadmin.service

[Service]
ExecStart=$link/bin/dunning service
# The folder of the socket, also after a boot: root and the page's account may enter it, nobody else.
ExecStartPre=+/usr/bin/install -d -m 0710 -o root -g $account $run
Restart=on-failure
RestartSec=5
UMask=0077
NoNewPrivileges=yes
# Accounts' homes are worked on as root: files of others are read, renamed, given back with owner, mode, set-group-ID
# and times as they were, also where the account's quota is used up. Nothing else is needed of root.
CapabilityBoundingSet=CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER CAP_FSETID CAP_SYS_RESOURCE
AmbientCapabilities=
ProtectSystem=strict
ReadWritePaths=$state -$run -$P/home -$P/usr/local/directadmin/data -$P/var/log/directadmin
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
# AF_NETLINK: the resolver and the panel's own program list the machine's addresses.
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
# RestrictSUIDSGID would keep a folder of mode 2775 from coming back as it was.
LockPersonality=yes
MemoryDenyWriteExecute=yes
KeyringMode=private
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
UNIT
    put "$unit" 644 <"$venv/dunning.service"
}

start_service() {
    if [ -n "$P" ]; then
        say "A sandbox's panel: start the service yourself with $program service"
        return
    fi
    if ! has_systemd; then
        say "systemd does not run here: keep $program service running by other means"
        return
    fi
    systemctl daemon-reload
    systemctl --quiet enable dunning.service
    systemctl restart dunning.service
    sleep 2
    systemctl --quiet is-active dunning.service ||
        fail "the service does not stay up; journalctl -u dunning says why, then: systemctl restart dunning"
}

stop_service() { if has_systemd && [ -e "$unit" ]; then systemctl --quiet stop dunning.service; fi; }
