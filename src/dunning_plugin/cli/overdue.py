"""`dunning overdue`: who owes, how much, since when, and what hangs on him."""

from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Optional

import click

from dunning_plugin.cli.output import print_json, print_table
from dunning_plugin.model import format_money, minor_digits

if TYPE_CHECKING:
    from dunning_plugin.cli.context import Context
    from dunning_plugin.overdue import Overdue


@click.command("overdue")
@click.argument("debtor", required=False)
@click.option("--json", "as_json", is_flag=True, help="As JSON; amounts in the currency's minor unit and as text.")
@click.pass_obj
def overdue_command(context: "Context", debtor: Optional[str], as_json: bool) -> None:
    """List debtors with an overdue amount, the oldest first: of one DEBTOR or all.

    Days past due count from the due date. Open credit notes are set against the oldest invoices."""
    rows = sorted(
        _rows(context, debtor), key=lambda row: (-int(row["days_past_due"]), str(row["debtor"]), str(row["currency"]))
    )
    if as_json:
        print_json(rows)
        return
    if not rows:
        click.echo("Nothing is overdue." if not debtor else f"{debtor} has nothing overdue.")
        return
    labels = list(rows[0]["buckets"])
    columns = ["debtor", "overdue", "open", "invoices", "oldest due", "days", *labels, "accounts", "blocks"]
    print_table(
        f"Overdue on {context.now().astimezone(context.config.host.zone).date()}",
        columns,
        [_cells(row) for row in rows],
    )


def _rows(context: "Context", debtor: Optional[str]) -> Iterator[Dict[str, Any]]:
    from dunning_plugin.errors import InputError
    from dunning_plugin.overdue import overdue_by_debtor
    from dunning_plugin.store import ledger

    today = context.now().astimezone(context.config.host.zone).date()
    with context.store.read() as conn:
        if debtor is not None and ledger.debtor(conn, debtor) is None:
            raise InputError(f"no debtor '{debtor}'", remedy="`dunning overdue` without a name lists all")
        people = {person.key: person for person in ledger.debtors_all(conn)}
        blocks = ledger.blocks_now(conn)
        held: Dict[str, List[str]] = {}
        for ref, key in ledger.links(conn).items():
            held.setdefault(key, []).append(str(ref))
        for amounts in overdue_by_debtor(ledger.open_invoices(conn, debtor), today):
            for amount in amounts:
                if amount.overdue_minor > 0:
                    key = amount.debtor_key
                    yield _data(amount, people[key].name, sorted(held.get(key, [])), blocks.get(key, 0))


def _data(amount: "Overdue", name: str, accounts: List[str], blocks: int) -> Dict[str, Any]:
    return {
        "debtor": amount.debtor_key,
        "name": name,
        "currency": amount.currency,
        "minor_digits": minor_digits(amount.currency),
        "overdue_minor": amount.overdue_minor,
        "overdue": format_money(amount.overdue_minor, amount.currency),
        "open_minor": amount.open_minor,
        "open": format_money(amount.open_minor, amount.currency),
        "invoices": amount.invoices,
        "oldest_due": amount.oldest_due.isoformat() if amount.oldest_due else None,
        "days_past_due": amount.days_past_due,
        "buckets": amount.buckets,
        "accounts": accounts,
        "blocks": blocks,
    }


def _cells(row: Dict[str, Any]) -> List[str]:
    parts = [
        format_money(minor, row["currency"]).split(" ", 1)[1] if minor else "-" for minor in row["buckets"].values()
    ]
    return [
        f"{row['name']} ({row['debtor']})",
        row["overdue"],
        row["open"],
        str(row["invoices"]),
        str(row["oldest_due"]),
        str(row["days_past_due"]),
        *parts,
        ", ".join(row["accounts"]) or "none linked",
        str(row["blocks"]),
    ]
