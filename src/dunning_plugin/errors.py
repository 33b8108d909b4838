"""The errors of dunning: few classes, each a situation that somebody handles differently.

Each class carries its exit code (design: 0 all done, 1 some accounts failed, 2 wrong use or input,
3 refused by a gate, 4 panel or source unreachable). The message is one sentence for a person: what,
where, and what to do. It never holds a secret.
"""

from typing import Optional


class DunningError(Exception):
    """Base of all errors that a user may meet; its text is shown as it is, without a traceback."""

    exit_code = 1


class InputError(DunningError):
    """Something the user gave is wrong: a file, an option, a setting. Nothing was changed."""

    exit_code = 2

    def __init__(
        self,
        what: str,
        *,
        file: Optional[str] = None,
        line: Optional[int] = None,
        field: Optional[str] = None,
        remedy: str = "",
    ) -> None:
        self.what, self.file, self.line, self.field, self.remedy = what, file, line, field, remedy
        where = ":".join(str(part) for part in (file, line, field) if part is not None)
        text = f"{where}: {what}" if where else what
        super().__init__(f"{text}; {remedy}" if remedy else text)


class InputErrors(InputError):
    """Several mistakes in one file, shown together, each with its own place."""

    def __init__(self, errors: "list[InputError]") -> None:
        self.errors = tuple(errors)
        DunningError.__init__(self, "\n".join(str(error) for error in errors))


class GateClosed(DunningError):
    """A rule says no for now: which gate, and what opens it."""

    exit_code = 3


class CaseBusy(DunningError):
    """Another process works on the same case; the text says who, since when."""

    exit_code = 3


class StoreTrouble(DunningError):
    """The store cannot be written or read now (disk full, read-only, locked, damaged): the transaction is undone."""


class PanelUnreachable(DunningError):
    """The panel gave no usable answer (network, timeout, 5xx): try later."""

    exit_code = 4


class PanelRefused(DunningError):
    """The panel said no, in its own words (wrong password, missing right, unknown account)."""

    exit_code = 4


class PanelChanged(DunningError):
    """An answer that this version does not understand: stop, nothing may be concluded from it."""

    exit_code = 4


class SourceUnreachable(DunningError):
    """A source of invoices cannot be read now: try later."""

    exit_code = 4
