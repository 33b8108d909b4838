"""One finding of the doctor: how bad, about what, and how to mend it."""

from dataclasses import dataclass
from enum import Enum
from typing import Iterator

from dunning_plugin.errors import DunningError, InputError, InputErrors


class Level(str, Enum):
    """How bad a finding is; only `bad` makes `dunning doctor` end with exit code 1."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True)
class Finding:
    """`topic` names the thing looked at, `what` is one sentence, `remedy` says what to do ('' when all is well)."""

    level: Level
    topic: str
    what: str
    remedy: str = ""


def mistakes(topic: str, error: DunningError) -> Iterator[Finding]:
    """An error as findings, one a mistake, its remedy apart from its words."""
    if isinstance(error, InputErrors):
        for single in error.errors:
            yield from mistakes(topic, single)
        return
    remedy = error.remedy if isinstance(error, InputError) else ""
    what = str(error)
    if remedy and what.endswith(f"; {remedy}"):
        what = what[: -len(remedy) - 2]
    yield Finding(Level.BAD, topic, what, remedy)
