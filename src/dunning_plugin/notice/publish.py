"""Put the notice where a reseller's pages stand, and give those back: by renaming, so that nothing is ever copied.

What stands under /home/RESELLER/domains/suspended (a folder, a file, a link) is renamed into a folder of root's own
on the same filesystem, and our folder, root's own too, is renamed into its place. Going back is the same in reverse:
the original comes back with its inode, modes, owners, times, links and hard links. A rename acts on the entry and
follows no link; everything above it is held by directory descriptors (safefs.py).

Every step may be the last: where the original lies (in its place or in the keep) tells how far we came.
"""

import errno
import fcntl
import os
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Callable, Dict, Iterable, List, Mapping, Sequence, Tuple

from dunning_plugin.model import Answer, Facts, Measure, Seen, Sighting
from dunning_plugin.notice import safefs
from dunning_plugin.notice.render import MARKER

KEEP = ".dunning-keep"
PLACES = ("suspended", "default")
MOST_TRIES = 20
IN_THE_WAY = (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR, errno.EISDIR)

FilesFor = Callable[[str, str, str], Mapping[str, bytes]]
"""(account, place, case reference) -> the files of the folder that is put there."""


class NoticeLayer:
    """The measure `notice_web` on a panel with default pages per reseller; an interface.Layer."""

    measure = Measure.NOTICE_WEB

    def __init__(self, root: Path, files_for: FilesFor, places: Sequence[str] = PLACES) -> None:
        self.homes, self.files_for, self.places = root / "home", files_for, tuple(places)

    def see(self, names: Iterable[str], case_ref: str) -> Mapping[str, Sighting]:
        """Whose pages are ours now: by the marker in a folder that belongs to us, or because we are half way, the
        original in the keep and nothing in its place. Words tell of an original that somebody's folder keeps out."""
        return {name: self._sight(name, case_ref) for name in names}

    def _sight(self, name: str, case_ref: str) -> Sighting:
        try:
            with safefs.opened(self.homes, name, "domains") as domains:
                held = {place: _marked(domains, place) for place in self.places}
                before = {"places": [place for place in self.places if safefs.there(domains, place) is not None]}
                kept = self._kept(name, case_ref)
        except FileNotFoundError:
            return Sighting(Seen.GONE, words="its pages are no longer on this host")
        except (OSError, ValueError) as error:
            return Sighting(Seen.FOREIGN, words=f"its folder of pages is no ordinary folder ({error})")
        if case_ref in held.values() or any(place not in before["places"] for place in kept):
            return Sighting(Seen.OURS, before)
        others = {ref for ref in held.values() if ref}
        if others:
            return Sighting(Seen.FOREIGN, before, words=f"the notice of case {', '.join(sorted(others))} stands there")
        return Sighting(Seen.FREE, before, words="; ".join(kept.values()))

    def _kept(self, name: str, case_ref: str) -> Mapping[str, str]:
        """Places whose original lies in the keep, each with words for a person."""
        with ExitStack() as stack:
            try:
                keep = stack.enter_context(safefs.opened(self.homes, KEEP))
            except FileNotFoundError:
                return {}
            names = {place: _Names(name, place, case_ref).original for place in self.places}
            return {
                place: _left_words(place, self.homes / KEEP / kept)
                for place, kept in names.items()
                if safefs.there(keep, kept) is not None
            }

    def lay(self, names: Sequence[str], case_ref: str) -> Mapping[str, Answer]:
        """Put the notice in every place of each account; an account where that fails gets its own pages back."""
        answers: Dict[str, Answer] = {}
        for name in names:
            files = {place: self.files_for(name, place, case_ref) for place in self.places}
            try:
                with self._folders(name) as (domains, keep):
                    for place in self.places:
                        _put(domains, keep, place, _Names(name, place, case_ref), files[place])
                answers[name] = Answer(True)
            except (OSError, ValueError) as error:
                undone = self.lift({name: {}}, case_ref)[name]
                words = f"the notice could not be put there ({_words(error)})"
                answers[name] = Answer(False, f"{words}; {undone.words}" if undone.words else words)
        return answers

    def lift(self, befores: Mapping[str, Facts], case_ref: str) -> Mapping[str, Answer]:
        """Give back what stood there. A place that somebody filled with something else since is left, and said."""
        answers: Dict[str, Answer] = {}
        for name in befores:
            words: List[str] = []
            try:
                with self._folders(name) as (domains, keep):
                    for place in self.places:
                        words += _give_back(domains, keep, place, _Names(name, place, case_ref), self.homes / KEEP)
                answers[name] = Answer(True, "; ".join(words))
            except FileNotFoundError:
                answers[name] = Answer(True, "its pages are no longer on this host")
            except (OSError, ValueError) as error:
                answers[name] = Answer(False, f"his own pages could not be given back ({_words(error)})")
        return answers

    def _folders(self, name: str) -> "_Folders":
        return _Folders(self.homes, name)


class _Folders:
    """Descriptors of /home/NAME/domains and of the keep, which is there as long as something is kept in it.

    Whoever works with the keep holds a shared lock on it; it is removed by one who can have it for himself."""

    def __init__(self, homes: Path, name: str) -> None:
        self.homes, self.name = homes, name

    def __enter__(self) -> Tuple[int, int]:
        with ExitStack() as stack:
            domains = stack.enter_context(safefs.opened(self.homes, self.name, "domains"))
            self._homes = stack.enter_context(safefs.opened(self.homes))
            self._keep = self._open_keep()
            stack.callback(self._close_keep)
            self._stack = stack.pop_all()
        return domains, self._keep

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _open_keep(self) -> int:
        while True:
            with suppress(FileExistsError):
                os.mkdir(KEEP, 0o700, dir_fd=self._homes)
            keep = os.open(KEEP, safefs.FOLDER, dir_fd=self._homes)
            fcntl.flock(keep, fcntl.LOCK_SH)
            status, named = os.fstat(keep), safefs.there(self._homes, KEEP)
            if status.st_uid != os.geteuid():
                os.close(keep)
                raise PermissionError(errno.EPERM, f"{self.homes / KEEP} belongs to somebody else")
            if named is not None and named.st_ino == status.st_ino:
                os.fchmod(keep, 0o700)
                return keep
            # Removed by another process between our opening and our locking it.
            os.close(keep)

    def _close_keep(self) -> None:
        try:
            with suppress(OSError):
                fcntl.flock(self._keep, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.rmdir(KEEP, dir_fd=self._homes)
        finally:
            os.close(self._keep)


class _Names:
    """The names that one place's things have in the keep."""

    def __init__(self, account: str, place: str, case_ref: str) -> None:
        self.case_ref = case_ref
        self.original = f"{account}-{place}-{case_ref}"
        # Told apart by their ends: an account's name may begin with anything.
        self.ours = f"{self.original}.new"
        self.gone = f"{self.original}.old"

    def aside(self, number: int) -> str:
        return f"{self.original}.{number}"


def _marked(domains: int, place: str) -> str:
    """The case reference of a folder of ours; '' for anything else, a marker that somebody else wrote included."""
    status = safefs.there(domains, place)
    if status is None or status.st_uid != os.geteuid():
        return ""
    marker = safefs.content(domains, place, MARKER)
    return marker.decode("ascii", "replace").strip() if marker else ""


def _put(domains: int, keep: int, place: str, names: _Names, files: Mapping[str, bytes]) -> None:
    if _marked(domains, place) == names.case_ref:
        return
    safefs.remove_folder(keep, names.ours)
    safefs.write_folder(keep, names.ours, files)
    for _ in range(MOST_TRIES):
        if safefs.there(domains, place) is not None:
            _set_aside(domains, keep, place, names)
        try:
            safefs.move(keep, names.ours, domains, place)
            return
        except OSError as error:
            if error.errno not in IN_THE_WAY:
                raise
    raise OSError(errno.EBUSY, f"somebody keeps putting something at {place}")


def _set_aside(domains: int, keep: int, place: str, names: _Names) -> None:
    """The first thing that stands there is the original; what is raced into the gap is kept under a number."""
    kept = safefs.there(keep, names.original) is not None
    # Gone when its owner took it away in the meantime: nothing is in the way any more.
    with suppress(FileNotFoundError):
        safefs.move(domains, place, keep, _free_aside(keep, names) if kept else names.original)


def _give_back(domains: int, keep: int, place: str, names: _Names, where: Path) -> List[str]:
    """Steps back; answers the words of what is not as it was, none if all is."""
    _clear_gone(keep, names)
    if _marked(domains, place) == names.case_ref:
        safefs.move(domains, place, keep, names.gone)
    words: List[str] = []
    if safefs.there(keep, names.original) is not None and not _moved_in(domains, keep, place, names.original):
        words.append(_left_words(place, where / names.original))
    _clear_gone(keep, names)
    safefs.remove_folder(keep, names.ours)
    for number in range(1, MOST_TRIES + 1):
        if safefs.there(keep, names.aside(number)) is not None:
            words.append(f"what somebody put at {place} meanwhile is kept as {where / names.aside(number)}")
    return words


def _clear_gone(keep: int, names: _Names) -> None:
    """Remove our folder once it is out of the way. Between our look and our renaming its owner may have swapped it for
    something of his: in the keep nobody can, so the second look decides, and what is his is kept."""
    status = safefs.there(keep, names.gone)
    if status is None:
        return
    # The marker goes last: an empty folder of ours is what a crash left of one.
    if _marked(keep, names.gone) == names.case_ref or (status.st_uid == os.geteuid() and _is_empty(keep, names.gone)):
        safefs.remove_folder(keep, names.gone, last=MARKER)
    else:
        safefs.move(keep, names.gone, keep, _free_aside(keep, names))


def _is_empty(keep: int, name: str) -> bool:
    try:
        folder = os.open(name, safefs.FOLDER, dir_fd=keep)
    except OSError:
        return False
    try:
        return not os.listdir(folder)
    finally:
        os.close(folder)


def _free_aside(keep: int, names: _Names) -> str:
    for number in range(1, MOST_TRIES + 1):
        if safefs.there(keep, names.aside(number)) is None:
            return names.aside(number)
    raise OSError(errno.EBUSY, "somebody keeps putting something in its place")


def _moved_in(domains: int, keep: int, place: str, original: str) -> bool:
    """Rename the original back; False if something stands there, which is then its owner's and stays."""
    if safefs.there(domains, place) is not None:
        return False
    try:
        safefs.move(keep, original, domains, place)
    except OSError as error:
        if error.errno not in IN_THE_WAY:
            raise
        return False
    return True


def _left_words(place: str, kept: Path) -> str:
    return f"{place} was replaced by someone meanwhile and is left so; what stood there is {kept}"


def _words(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno == errno.EXDEV:
        return f"his home is on another filesystem than {KEEP}, so nothing can be renamed"
    if isinstance(error, OSError) and error.errno in (errno.ELOOP, errno.ENOTDIR):
        return "a link stands where a folder should"
    return str(error)
