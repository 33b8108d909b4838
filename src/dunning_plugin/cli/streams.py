"""Standard streams as a user may leave them: closed, full, or read by somebody who goes away."""

import errno
import io
import os
import sys
from typing import Any, List, Sequence

from dunning_plugin.errors import DunningError, InputError


class OutputLost(DunningError):
    """Standard output cannot be written: what was done is done, only its report is lost."""


class _Output(io.FileIO):
    """Descriptor 1. A reader who went away (`| head`) stops the printing, not the work or its exit code."""

    def write(self, data: Any) -> int:
        try:
            return super().write(data) or 0
        except OSError as error:
            _to_null(self.fileno())
            if error.errno == errno.EPIPE:
                return len(data)
            words = f"standard output cannot be written ({error.strerror}); `dunning journal show` says what was done"
            raise OutputLost(words) from None


def prepare() -> None:
    """Open what is closed, so that no other file gets a standard stream's number; make output patient."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    if sys.stdin is None:
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - for as long as the process lives
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stdout is None or sys.stdout is sys.__stdout__:
        encoding = getattr(sys.stdout, "encoding", "utf-8")
        raw = _Output(1, "w", closefd=False)
        # 'backslashreplace': in a locale that lacks a letter a name is printed odd rather than not at all.
        sys.stdout = io.TextIOWrapper(
            io.BufferedWriter(raw), encoding, errors="backslashreplace", line_buffering=raw.isatty()
        )


def finish() -> None:
    """Write what is still buffered; OutputLost if that is impossible."""
    if sys.stdout is not None and not sys.stdout.closed:
        sys.stdout.flush()


def words_of(argv: Sequence[str]) -> List[str]:
    """The arguments, if all are UTF-8 or name a file. InputError otherwise: no name in the store is anything else."""
    for word in argv:
        try:
            word.encode("utf-8")
        except UnicodeEncodeError:
            value = word.split("=", 1)[-1] if word.startswith("--") else word
            if not os.path.lexists(value):
                shown = os.fsencode(word).decode("utf-8", "replace")
                raise InputError(
                    f"'{shown}' is not written in UTF-8, and no file has that name",
                    remedy="check the terminal's encoding",
                ) from None
    return list(argv)


def _to_null(descriptor: int) -> None:
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, descriptor)
    os.close(null)
