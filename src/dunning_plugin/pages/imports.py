"""Import: files of the configured folder, a preview of each, and the taking in of just what was previewed.

Nothing is known of file uploads through a plugin's page, so files come into the folder some other way. Whoever may
write there is not trusted with more: links are passed over, and a name counts only if the listing has it.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Optional, Sequence, Tuple

from dunning_plugin.errors import DunningError, InputError, InputErrors
from dunning_plugin.pages import addresses
from dunning_plugin.pages.asking import asked, sent
from dunning_plugin.pages.desk import desk, person, session, tongue
from dunning_plugin.pages.dropbox import Dropped, listing
from dunning_plugin.pages.mistakes import PageMistake
from dunning_plugin.pages.rendering import render
from dunning_plugin.sources.debtors_file import ListedDebtor, read_debtors
from dunning_plugin.store.intake import FarLess, Intake, take_in, take_in_with
from dunning_plugin.taking_in import DebtorsIntake, check_accounts, check_panels, csv_source, take_in_debtors

if TYPE_CHECKING:
    from sqlalchemy import Connection

KINDS = ("invoices", "debtors")
OUTCOME = "imported:"


class _FileChanged(Exception):
    """Not the file that was previewed."""


@dataclass(frozen=True)
class Choice:
    """A file, what it is to be read as, and for invoices the source in dunning.yaml."""

    file: Path
    kind: str
    source: str


@dataclass(frozen=True)
class Preview:
    """What would happen. `seen` stands for the file's contents; `drop` says why a person must accept it first."""

    seen: str
    counts: Tuple[Tuple[str, int], ...]
    totals: Tuple[Tuple[str, int], ...]
    does_something: bool
    drop: str = ""


def show() -> str:
    """The list of files, or the preview of the one that the address names."""
    return _preview_page(_choice()) if asked("file") else _list_page()


def take() -> str:
    """The form below a preview: take in what was shown, once."""
    choice = _choice()
    seen, dropped = sent("seen"), sent("dropped")
    accept_drop = bool(dropped and sent("accept_drop"))
    taking = _taking(choice, seen, accept_drop)
    try:
        used = desk().forms.accept(session(), _form(choice, seen, bool(dropped)), sent("token"), taking)
    except _FileChanged:
        return _preview_page(choice, [InputError(tongue().text("import.file_changed"))])
    except InputError as error:
        return _preview_page(choice, _each(error))
    counts = json.loads(used.outcome[len(OUTCOME) :])
    figures = [(key, counts[key]) for key in _COUNTED if key in counts]
    return render("imported.html.j2", "import", file=choice.file.name, repeated=used.again, figures=figures)


_COUNTED = ("new", "changed", "settled", "unchanged", "debtors", "accounts", "linked", "unlinked")


def _list_page() -> str:
    folder = desk().installation.config.import_dir
    sources = tuple(desk().installation.config.sources)
    files: Sequence[Dropped] = ()
    trouble = ""
    if folder is not None:
        try:
            files = listing(folder)
        except OSError:
            trouble = tongue().text("import.folder_missing", folder=str(folder))
    rows = [
        {"name": file.name, "bytes": file.bytes, "changed_at": file.changed_at, "choices": _choices(file, sources)}
        for file in files
    ]
    return render("import.html.j2", "import", folder=str(folder or ""), trouble=trouble, sources=sources, files=rows)


def _choices(file: Dropped, sources: Sequence[str]) -> List[Tuple[str, str]]:
    """What a file may be read as: (kind, source)."""
    if not file.name.lower().endswith(".csv"):
        return [("debtors", "")]
    return [*(("invoices", source) for source in sources), ("debtors", "")]


def _choice() -> Choice:
    """What the address asks for. PageMistake unless the folder's listing has it."""
    config = desk().installation.config
    name, kind, source = asked("file"), asked("kind"), asked("source")
    if config.import_dir is None or kind not in KINDS or (kind == "invoices" and source not in config.sources):
        raise PageMistake("odd", 400)
    try:
        names = {file.name for file in listing(config.import_dir)}
    except OSError:
        names = set()
    if name not in names:
        raise PageMistake("file_gone", 404)
    return Choice(config.import_dir / name, kind, source if kind == "invoices" else "")


def _preview_page(choice: Choice, refused: Sequence[InputError] = ()) -> str:
    preview: Optional[Preview] = None
    if not refused:
        try:
            preview = _preview(choice)
        except InputError as error:
            refused = _each(error)
    token = ""
    if preview and preview.does_something:
        token = desk().forms.token(session(), _form(choice, preview.seen, bool(preview.drop)))
    return render(
        "import_preview.html.j2",
        "import",
        file=choice.file.name,
        refused=refused,
        figures=preview.counts if preview else (),
        totals=preview.totals if preview else (),
        drop=preview.drop if preview else "",
        does_something=bool(preview and preview.does_something),
        seen=preview.seen if preview else "",
        token=token,
        again=_address(choice),
        form_action=_address(choice),
    )


def _address(choice: Choice) -> str:
    return addresses.page("import", file=choice.file.name, kind=choice.kind, source=choice.source)


def _form(choice: Choice, seen: str, dropped: bool) -> str:
    return f"import:{choice.kind}:{choice.source}:{seen}:{dropped}:{choice.file.name}"


def _each(error: InputError) -> Sequence[InputError]:
    return error.errors if isinstance(error, InputErrors) else (error,)


def _preview(choice: Choice) -> Preview:
    """Take it in, and take that back. InputError for what would be refused."""
    return _preview_invoices(choice) if choice.kind == "invoices" else _preview_debtors(choice)


def _preview_invoices(choice: Choice) -> Preview:
    installation, drop = desk().installation, ""
    source = csv_source(installation, choice.file, choice.source, follow=False)
    try:
        done = take_in(installation.store, source, desk().now(), person().who, dry_run=True)
    except FarLess as error:
        drop = error.what
        done = take_in(installation.store, source, desk().now(), person().who, accept_drop=True, dry_run=True)
    totals = tuple((currency, left) for currency, (_, _, left) in sorted(done.totals.items()))
    return Preview(source.digest(), _invoice_counts(done), totals, done.did_something, drop)


def _invoice_counts(done: Intake) -> Tuple[Tuple[str, int], ...]:
    return (("new", done.new), ("changed", done.changed), ("settled", done.settled), ("unchanged", done.unchanged))


def _preview_debtors(choice: Choice) -> Preview:
    listed = _checked_debtors(choice)
    with desk().installation.store.begin() as conn:
        done = take_in_debtors(conn, choice.file, listed, desk().now(), person().who)
        conn.rollback()
    return Preview(_contents(listed), _debtor_counts(done), (), done.did_something)


def _debtor_counts(done: DebtorsIntake) -> Tuple[Tuple[str, int], ...]:
    return tuple(asdict(done).items())


def _checked_debtors(choice: Choice) -> Tuple[ListedDebtor, ...]:
    """Read the list and ask the panels for its accounts, outside of any transaction."""
    listed = read_debtors(choice.file, follow=False)
    check_panels(desk().installation, choice.file, listed)
    check_accounts(desk().installation, choice.file, listed)
    return listed


def _contents(listed: Sequence[ListedDebtor]) -> str:
    return hashlib.sha256(repr(listed).encode("utf-8", "surrogateescape")).hexdigest()


def _taking(choice: Choice, seen: str, accept_drop: bool) -> "Callable[[Connection], str]":
    """The act of the form. What goes wrong before it is raised in it, so that a used form shows its first outcome."""
    if choice.kind == "invoices":
        return lambda conn: _take_invoices(conn, choice, seen, accept_drop)
    trouble: Optional[DunningError] = None
    listed: Tuple[ListedDebtor, ...] = ()
    try:
        listed = _checked_debtors(choice)
    except DunningError as error:
        trouble = error

    def act(conn: "Connection") -> str:
        if trouble is not None:
            raise trouble
        if _contents(listed) != seen:
            raise _FileChanged
        done = take_in_debtors(conn, choice.file, listed, desk().now(), person().who)
        return _outcome(dict(_debtor_counts(done)))

    return act


def _take_invoices(conn: "Connection", choice: Choice, seen: str, accept_drop: bool) -> str:
    source = csv_source(desk().installation, choice.file, choice.source, follow=False)
    done = take_in_with(conn, source, desk().now(), person().who, accept_drop)
    if source.digest() != seen:
        raise _FileChanged
    return _outcome(dict(_invoice_counts(done)))


def _outcome(counts: Dict[str, Any]) -> str:
    return OUTCOME + json.dumps(counts)
