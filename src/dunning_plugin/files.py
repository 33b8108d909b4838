"""Read files that people name: a regular file of sane size in UTF-8, or one sentence that says what it is instead."""

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Union

from dunning_plugin.errors import InputError

if TYPE_CHECKING:
    import yaml

KINDS = (
    (stat.S_ISDIR, "is a folder"),
    (stat.S_ISFIFO, "is a pipe"),
    (stat.S_ISSOCK, "is a socket"),
    (stat.S_ISCHR, "is a device"),
    (stat.S_ISBLK, "is a device"),
)


def shown(path: Union[str, "os.PathLike[str]"]) -> str:
    """A path for people and the store: bytes that are no UTF-8 become a replacement character."""
    return os.fsencode(path).decode("utf-8", "replace")


def open_regular(path: Path, follow: bool = True) -> BinaryIO:
    """The file, open for reading. InputError if it cannot be read or is no regular file; with `follow` off, if it is
    a symbolic link (others may write into its folder).

    A pipe is refused rather than waited for, and because a source may have to be read twice."""
    try:
        links = 0 if follow else os.O_NOFOLLOW
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | links)
    except FileNotFoundError:
        raise InputError("cannot be read: there is no such file", file=shown(path), remedy="check the path") from None
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", file=shown(path)) from None
    except ValueError:
        raise InputError("is no path", file=shown(path).replace("\0", "?"), remedy="check the path") from None
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        what = next((words for test, words in KINDS if test(mode)), "is no regular file")
        raise InputError(what, file=shown(path), remedy="name a file") from None
    return os.fdopen(descriptor, "rb")


def read_text(path: Path, most_bytes: int, follow: bool = True) -> str:
    """All of a small text file in UTF-8, with or without a byte order mark. InputError as open_regular."""
    with open_regular(path, follow) as file:
        try:
            data = file.read(most_bytes + 1)
        except OSError as error:
            raise InputError(f"cannot be read: {error.strerror}", file=shown(path)) from None
    if len(data) > most_bytes:
        raise InputError(f"is larger than {most_bytes >> 20} MiB", file=shown(path), remedy="is it the right file?")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError("is not written in UTF-8", file=shown(path), line=line, remedy="save it as UTF-8") from None


def yaml_error(error: "yaml.YAMLError", path: Path) -> InputError:
    """What PyYAML says, as one sentence with the line where it knows one."""
    import yaml

    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        return InputError(f"is no YAML: {error.problem}", file=shown(path), line=line, remedy="mind the indentation")
    if isinstance(error, yaml.reader.ReaderError):
        character = error.character
        code = ord(character) if isinstance(character, str) and len(character) == 1 else character
        what = f"holds a character that YAML does not allow (U+{code:04X})" if isinstance(code, int) else "is no text"
        return InputError(what, file=shown(path), remedy="save it as UTF-8 without control characters")
    return InputError(f"is no YAML: {error}", file=shown(path))


def printable(text: str) -> str:
    """Text from outside for a terminal: it must not be able to move the cursor or colour the screen."""
    return "".join(letter if letter.isprintable() else "?" for letter in text)
