#!/bin/sh
# Run by the panel's plugin manager as root after it has unpacked the plugin; may be run again by hand at any time.
# Exit code 0: everything stands. Anything else: the panel does not register the plugin, and the last line says why.
set -eu
# shellcheck source=plugin/scripts/common.sh
. "$(dirname "$0")/common.sh"

# What would make a failed first install look whole is taken away; folders, account and venv wait for the next try.
undo() {
    code=$?
    trap - EXIT
    if [ "$code" -ne 0 ]; then
        if [ -z "$before" ]; then
            stop_service || true
            drop_program
            rm -f "$link" "$link.new" "$unit"
            if [ -n "$backup" ]; then "$venv/bin/dunning" store put-back --yes "$backup" || true; fi
        fi
        rm -rf "$venv.new"
        say "dunning was not installed (exit code $code). Nothing of it runs that did not run before."
    fi
    exit "$code"
}

main() {
    before=$(readlink "$link" || true)
    # Another version is at work: this is an update, whatever the panel calls it.
    if [ -n "$before" ] && [ "$before" != "${venv##*/}" ]; then exec /bin/sh "$here/update.sh"; fi
    trap undo EXIT
    trap 'exit 1' HUP INT TERM
    find_python
    make_account
    make_folders
    make_venv
    make_config
    make_state
    settle_plugin_files
    keep_plugin_files
    migrate_store
    point_to "${venv##*/}"
    link_program
    write_unit
    if [ -n "$before" ]; then mark_active; fi
    start_service
    say "dunning $version is installed. Its page: /CMD_PLUGINS_ADMIN/dunning/index.html; its state: $state"
}

main
