#!/bin/sh
# Run by the panel's plugin manager as root after it has replaced the plugin's files by those of another version.
# The new version is built beside the old; if anything fails before it is at work, all is as it was, files included.
set -eu
# shellcheck source=plugin/scripts/common.sh
. "$(dirname "$0")/common.sh"

# The store, the link, the unit and the plugin's files as they were; the old version goes on.
take_back() {
    code=$?
    trap - EXIT
    if [ "$code" -eq 0 ]; then exit 0; fi
    set +e
    if [ -n "$started" ]; then
        say "dunning $version is in place, but its service is not up. The store before the update: $backup"
        exit "$code"
    fi
    if [ -n "$backup" ]; then "$venv/bin/dunning" store put-back --yes "$backup"; fi
    point_to "$before"
    if [ -f "$opt/$before/dunning.service" ]; then put "$unit" 644 <"$opt/$before/dunning.service"; fi
    if [ -d "$opt/$before/plugin" ]; then
        # New files, not the old ones overwritten: this very script is among them.
        for part in "$opt/$before/plugin"/*; do
            rm -rf "${plugin:?}/${part##*/}"
            cp -Rp "$part" "$plugin/"
        done
        mark_active
    fi
    rm -rf "$venv.new"
    if [ "$venv" != "$opt/$before" ]; then rm -rf "$venv"; fi
    if has_systemd; then systemctl daemon-reload && systemctl start dunning.service; fi
    say "The update to $version failed (exit code $code) and was taken back: ${before#venv-} is at work again."
    exit "$code"
}

main() {
    before=$(readlink "$link" || true)
    # Nothing is at work, or this very version: what install.sh does is all there is to do.
    if [ -z "$before" ] || [ "$before" = "${venv##*/}" ]; then exec /bin/sh "$here/install.sh"; fi
    started=''
    trap take_back EXIT
    trap 'exit 1' HUP INT TERM
    find_python
    make_account
    make_folders
    make_venv
    make_config
    make_state
    settle_plugin_files
    keep_plugin_files
    stop_service
    migrate_store
    point_to "${venv##*/}"
    link_program
    write_unit
    mark_active
    started=yes
    start_service
    drop_older_venvs
    say "dunning is updated from ${before#venv-} to $version. The store before the update: ${backup:-there was none}"
}

# The version before stays, for a person who wants to look; what is older goes.
drop_older_venvs() {
    for old in "$opt"/venv-*; do
        case ${old##*/} in
            "$before" | "${venv##*/}") ;;
            *) rm -rf "$old" ;;
        esac
    done
}

main
