"""Lock and guard files: one file an account in a root-owned folder, tested by the panel's hooks."""

import os
from pathlib import Path
from typing import FrozenSet, Iterable, Sequence

MOST = 64


class Folder:
    """A folder of small files named like accounts; the content is the case's reference."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def reference(self, name: str) -> str:
        """The case's reference in an account's file, set aside or not; '' without a file."""
        return self._read(_checked(name)) or self._read(_aside(name))

    def _read(self, entry: str) -> str:
        try:
            # Asked for each of a thousand accounts: a plain string costs a tenth of a Path.
            descriptor = os.open(f"{self.path}/{entry}", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            return ""
        with os.fdopen(descriptor, "rb") as file:
            return file.read(MOST).decode("ascii", "replace").strip()

    def put(self, names: Sequence[str], reference: str) -> None:
        """Write the accounts' files, each whole or not at all: one file, hard-linked under every name. No fsync: a
        thousand would take longer than the act, and whether the measure holds is read from the panel and the store,
        never from here alone."""
        if not names:
            return
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        source = self.path / f".{os.getpid()}"
        # Never truncated: what a killed process of this number left may be linked under accounts' names.
        source.unlink(missing_ok=True)
        descriptor = os.open(source, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(f"{reference}\n")
            aside = self._aside_now()
            for name in names:
                self._link(source, _checked(name), reference)
                if name in aside:
                    (self.path / _aside(name)).unlink(missing_ok=True)
        finally:
            source.unlink(missing_ok=True)

    def _link(self, source: Path, name: str, reference: str) -> None:
        try:
            os.link(source, f"{self.path}/{name}")
        except FileExistsError:
            if self._read(name) != reference:
                between = self.path / f"{source.name}.{name}"
                between.unlink(missing_ok=True)
                os.link(source, between)
                os.replace(between, self.path / name)

    def drop(self, name: str, reference: str) -> None:
        """Remove an account's file if it is of this case."""
        for entry in (_checked(name), _aside(name)):
            if self._read(entry) == reference:
                (self.path / entry).unlink(missing_ok=True)

    def set_aside(self, name: str, reference: str) -> None:
        """Keep an account's file where the hooks do not look, while we lift: it stays the proof if we are killed."""
        if self._read(_checked(name)) == reference:
            os.replace(self.path / name, self.path / _aside(name))

    def forget_aside(self, names: Iterable[str], reference: str) -> None:
        """Drop what `set_aside` kept for this case, once the accounts are seen free."""
        aside = self._aside_now()
        for name in names:
            if name in aside and self._read(_aside(name)) == reference:
                (self.path / _aside(name)).unlink(missing_ok=True)

    def _aside_now(self) -> FrozenSet[str]:
        """Names that something is set aside for: hardly ever any, and one look at the folder tells."""
        try:
            return frozenset(entry[1:] for entry in os.listdir(self.path) if entry.startswith("~"))
        except OSError:
            return frozenset()

    def switch(self, on: bool) -> None:
        """Turn the whole folder off for the hooks (a file `<folder>.off` beside it), or on again."""
        off = self.path.with_name(f"{self.path.name}.off")
        if on:
            off.unlink(missing_ok=True)
        elif not off.exists():
            off.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            off.touch(mode=0o600)


def _aside(name: str) -> str:
    """No account's name begins with a tilde, and no hook tests one that does."""
    return f"~{_checked(name)}"


def _checked(name: str) -> str:
    """An account's name that is safe as a file's name. ValueError otherwise: the panel gave it, so this is a guard."""
    if not name or name.startswith(".") or "/" in name or "\0" in name:
        raise ValueError(f"{name!r} is no account name")
    return name
