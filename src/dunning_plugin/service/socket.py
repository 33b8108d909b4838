"""The service's socket: in a folder that only root and the page's account may enter, and that account's alone."""

import os
import pwd
import socket
import stat
from pathlib import Path
from typing import Optional, Tuple

from dunning_plugin.errors import InputError

NAME = "service.sock"
ACCOUNT = "dunning"
"""The account that the panel runs the page as (plugin.conf, admin_run_as)."""
BACKLOG = 64


def page_account(root: Path = Path("/")) -> Optional[Tuple[int, int]]:
    """uid and gid of the page's account; None if there is none. A sandbox's own passwd comes first."""
    own = root / "etc/passwd"
    if root != Path("/") and own.is_file():
        for line in own.read_text(encoding="utf-8", errors="replace").splitlines():
            fields = line.split(":")
            if len(fields) >= 4 and fields[0] == ACCOUNT and fields[2].isdecimal() and fields[3].isdecimal():
                return int(fields[2]), int(fields[3])
    try:
        entry = pwd.getpwnam(ACCOUNT)
    except KeyError:
        return None
    return entry.pw_uid, entry.pw_gid


def listen(folder: Path, account: Optional[Tuple[int, int]]) -> socket.socket:
    """A listening socket `folder`/service.sock. `account` None (an ordinary user's trial): it is our own.

    InputError if the folder is somebody else's, or the account is missing although we are root."""
    is_root = os.geteuid() == 0
    if is_root and account is None:
        raise InputError(
            f"there is no account '{ACCOUNT}' for the panel's page",
            remedy="run the plugin's install.sh, or: "
            f"useradd --system --no-create-home --shell /usr/sbin/nologin {ACCOUNT}",
        )
    uid, gid = account if is_root and account else (os.geteuid(), os.getegid())
    _own_folder(folder, gid)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    here = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    # Made under a name of its own, closed to all, and renamed: whoever connects meets the right owner and mode.
    temporary = f".{NAME}.{os.getpid()}"
    mask = os.umask(0o177)
    try:
        # A path in a socket's address has room for 107 bytes only; from within its folder the name is short.
        os.chdir(folder)
        Path(temporary).unlink(missing_ok=True)
        listener.bind(temporary)
        if is_root:
            os.chown(temporary, uid, gid, follow_symlinks=False)
        os.chmod(temporary, 0o600)
        os.rename(temporary, NAME)
    except OSError as error:
        listener.close()
        raise InputError(f"the socket cannot be made: {error.strerror}", file=str(folder / NAME)) from None
    finally:
        os.umask(mask)
        os.fchdir(here)
        os.close(here)
    listener.listen(BACKLOG)
    return listener


def _own_folder(folder: Path, gid: int) -> None:
    """0710 root:page: the account may pass through, and neither list nor write."""
    try:
        folder.mkdir(mode=0o710, parents=True, exist_ok=True)
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as error:
        raise InputError(f"cannot be used: {error.strerror}", file=str(folder), remedy="run as root") from None
    try:
        status = os.fstat(descriptor)
        if status.st_uid != os.geteuid() or not stat.S_ISDIR(status.st_mode):
            raise InputError("belongs to somebody else", file=str(folder), remedy=f"chown root {folder}")
        if os.geteuid() == 0:
            os.fchown(descriptor, 0, gid)
        os.fchmod(descriptor, 0o710)
    finally:
        os.close(descriptor)
