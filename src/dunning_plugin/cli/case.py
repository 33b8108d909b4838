"""`dunning case`: a debtor's case told in words, or cut from the journal as evidence."""

from typing import TYPE_CHECKING

import click

from dunning_plugin.cli.output import print_json

if TYPE_CHECKING:
    from dunning_plugin.cli.context import Context


@click.command("case")
@click.argument("debtor", metavar="DEBTOR")
@click.option("--json", "as_json", is_flag=True, help="The journal's entries themselves, hashes included.")
@click.pass_obj
def case_command(context: "Context", debtor: str, as_json: bool) -> None:
    """Tell the case of DEBTOR (his key, or a case's reference): what was done, by whom, when, why, on which facts."""
    from dunning_plugin import journal
    from dunning_plugin.case_story import tell
    from dunning_plugin.errors import InputError
    from dunning_plugin.store import cases, ledger

    with context.store.read() as conn:
        found = list(cases.of_debtor(conn, debtor))
        by_ref = cases.by_ref(conn, debtor.upper())
        if by_ref is not None:
            found = [by_ref]
        if not found:
            known = ledger.debtor(conn, debtor)
            if known is None:
                raise InputError(f"no debtor or case '{debtor}'", remedy="see `dunning overdue` and `dunning status`")
            click.echo("[]" if as_json else f"There is no case of {known.name}: nothing was ever laid.")
            return
        stories = {case.ref: list(journal.read(conn, case.ref)) for case in found}
        debtors = {case.ref: ledger.debtor(conn, case.debtor_key) for case in found}
    if as_json:
        print_json([entry for entries in stories.values() for entry in entries])
        return
    for case in found:
        person = debtors[case.ref]
        state = "closed" if case.closed_at else "open"
        click.echo(f"Case {case.ref} of {person.name if person else case.debtor_key} ({state})")
        for sentence in tell(stories[case.ref], context.config.host.zone):
            click.echo(f"  {sentence.at}  {sentence.who}: {sentence.what}")
            for detail in sentence.details:
                click.echo(f"                    {detail}")
