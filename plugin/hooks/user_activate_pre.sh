#!/bin/sh
# Refuses that anyone lifts, in the panel, a block that dunning laid on an account: its own restore clears the way first.
# A broken guard refuses nothing; a file guard.off beside the folder turns it off (guard_reseller_activate: false).
state=/var/lib/dunning

case ${username-} in
'' | [!a-z0-9]* | *[!a-z0-9_-]*) exit 0 ;;
esac
[ -f "$state/locks/guard/$username" ] || exit 0
[ -e "$state/locks/guard.off" ] && exit 0

reference=
read -r reference <"$state/locks/guard/$username" || exit 0
case $reference in
'' | *[!A-Z0-9-]*) exit 0 ;;
esac
echo "The account $username is blocked for administrative reasons, reference $reference. An administrator restores it with: dunning restore $username"
exit 1
