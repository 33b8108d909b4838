#!/bin/sh
# Leaves word of what happened to an account in the spool, for the journal. Never fails the panel's own command.
state=/var/lib/dunning
hook=user_destroy_post

# Values come from the panel's files and from whoever filled them: what is not plain is left out, passwords are never read.
plain() {
	case $1 in
	*[!A-Za-z0-9@._-]*) ;;
	*) printf '%s' "$1" ;;
	esac
}

# Another customer may get this name one day: no lock or guard of the old one is left for him.
case ${username-} in
'' | [!a-z0-9]* | *[!a-z0-9_-]*) ;;
*) rm -f "$state/locks/login/$username" "$state/locks/guard/$username" "$state/locks/guard/~$username" 2>/dev/null ;;
esac

[ -d "$state/spool" ] || exit 0
umask 077
event="$hook.$$"
{
	printf 'hook=%s\n' "$hook"
	printf 'username=%s\n' "$(plain "${username-}")"
	printf 'creator=%s\n' "$(plain "${creator-}")"
	printf 'usertype=%s\n' "$(plain "${usertype-}")"
} 2>/dev/null >"$state/spool/.$event" || exit 0
# A process number comes back one day: a waiting event is not overwritten.
while [ -e "$state/spool/$event" ]; do event="$event.x"; done
mv "$state/spool/.$hook.$$" "$state/spool/$event" 2>/dev/null
exit 0
