#!/bin/sh
# Refuses the panel login of a locked account; lets everybody else in, and everybody if anything here is broken.
# DirectAdmin runs this as root after a right password, before the session exists. No fork, no Python: a file test.
state=/var/lib/dunning

# A name with anything but these characters is no account of DirectAdmin's, and must not become a path.
case ${username-} in
'' | [!a-z0-9]* | *[!a-z0-9_-]*) exit 0 ;;
esac

# An admin's login-as, where the panel runs this hook for it at all, comes with an empty password (assumed).
# Only whether there is one is looked at; its value is touched by nothing.
case "${password+set}${password:+given}" in
set) exit 0 ;;
esac

[ -f "$state/locks/login/$username" ] || exit 0
[ -e "$state/locks/login.off" ] && exit 0
echo "This account is locked for administrative reasons. Please contact your provider."
exit 1
