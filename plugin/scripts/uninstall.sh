#!/bin/sh
# Run by the panel's plugin manager as root before it removes the plugin's files; may be run again by hand.
# Refuses while a block of ours is laid: nobody could lift it as it was any more. The state stays: it is evidence.
set -eu
# shellcheck source=plugin/scripts/common.sh
. "$(dirname "$0")/common.sh"

count='import json, sys
rows = json.load(sys.stdin)
names = sorted({row["account"] for row in rows})
print(len(names), ", ".join(names[:5]) + (", ..." if len(names) > 5 else ""))'

# Fails unless it is certain that nothing is laid.
nothing_is_laid() {
    dunning=$link/bin/dunning
    if [ ! -x "$dunning" ] || [ ! -e "$etc/dunning.yaml" ]; then
        if [ -s "$state/dunning.db" ] && [ ! -e "$state/$done_with" ]; then
            refuse "There is a store, $state/dunning.db, but no program or no dunning.yaml to read it with. Run" \
                "$here/install.sh, then try again"
        fi
        return
    fi
    store=$("$dunning" store path) || refuse "$etc/dunning.yaml cannot be used, so it is not known what is laid"
    state=$(dirname "$store")
    [ -s "$store" ] || return 0
    laid=$("$dunning" status --json) || refuse "It cannot be read whether blocks are laid. Mend that first: $dunning status"
    laid=$(printf '%s\n' "$laid" | "$link/bin/python" -I -c "$count") || refuse "$dunning status --json gave no list"
    if [ "${laid%% *}" != 0 ]; then
        refuse "${laid%% *} accounts are blocked by dunning (${laid#* }). Restore them first: dunning restore --all"
    fi
}

refuse() { fail "$*. Nothing was removed."; }

main() {
    nothing_is_laid
    # A job may have laid one in this very moment: once more with the service at rest.
    stop_service
    (nothing_is_laid) || { start_again; exit 1; }
    if [ -d "$state" ]; then say "$version" | put "$state/$done_with" 600; fi
    if has_systemd && [ -e "$unit" ]; then systemctl --quiet disable dunning.service; fi
    rm -f "$unit"
    if has_systemd; then systemctl daemon-reload; fi
    rm -f "$plugin"/hooks/*.sh
    drop_program
    rm -rf "$run" "$link" "$opt"/venv-*
    rmdir "$opt" 2>/dev/null || say "$opt is not empty and stays."
    remove_account
    say "dunning is removed. Its journal, ledger and backups stay as evidence in $state, its settings in $etc."
}

start_again() { if has_systemd; then systemctl start dunning.service; fi; }

main
