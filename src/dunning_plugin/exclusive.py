"""One process at a time on one debtor's case: a flock that the kernel gives back however the process ends."""

import fcntl
import hashlib
import os
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator

from dunning_plugin.errors import CaseBusy


@contextmanager
def working_on(state_dir: Path, debtor_key: str, who: str, wait_seconds: float = 0.0) -> Iterator[None]:
    """Hold the debtor's case while we work on it.

    Waits up to `wait_seconds`, then raises CaseBusy with the words of the one who works."""
    folder = state_dir / "run"
    folder.mkdir(mode=0o700, exist_ok=True)
    # A debtor's key comes from a billing system and may hold any character: it must not become a path.
    name = hashlib.sha256(debtor_key.encode("utf-8")).hexdigest()[:24]
    descriptor = os.open(folder / f"case-{name}", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        _take(descriptor, debtor_key, wait_seconds)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"process {os.getpid()}, {who}, since {time.strftime('%H:%M:%S')}".encode(), 0)
        yield
        os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _take(descriptor: int, debtor_key: str, wait_seconds: float) -> None:
    give_up = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= give_up:
                worker = os.pread(descriptor, 500, 0).decode("utf-8", "replace") or "another process"
                raise CaseBusy(
                    f"the case of {debtor_key} is being worked on by {worker}; wait for it, or give --wait SECONDS"
                ) from None
            time.sleep(min(0.1, max(0.0, give_up - time.monotonic())))
