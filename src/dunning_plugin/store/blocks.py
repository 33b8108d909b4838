"""Blocks in the store: intent before the act, proof after it."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Tuple

from sqlalchemy import Connection, bindparam, func, insert, select, update

from dunning_plugin.model import ACTIVE_BLOCK_STATES, AccountRef, Block, BlockState, Facts, Measure
from dunning_plugin.store.cases import instant_text
from dunning_plugin.store.tables import blocks, cases

# json.dumps would make an encoder for each of a thousand blocks.
BEFORE = json.JSONEncoder(sort_keys=True).encode
ACTIVE = tuple(state.value for state in ACTIVE_BLOCK_STATES)


def add(
    conn: Connection,
    case_ref: str,
    panel: str,
    measure: Measure,
    state: BlockState,
    befores: Mapping[str, Facts],
    at: datetime,
    notes: Optional[Mapping[str, str]] = None,
) -> Dict[str, Block]:
    """New blocks of one case and measure, one an account (name -> state before); answers them by name."""
    newest = conn.execute(select(func.coalesce(func.max(blocks.c.id), 0))).scalar_one()
    rows = [
        {
            "case_ref": case_ref,
            "panel": panel,
            "account": name,
            "measure": measure.value,
            "state": state.value,
            "before": BEFORE(before),
            "note": (notes or {}).get(name, ""),
            "changed_at": instant_text(at),
        }
        for name, before in befores.items()
    ]
    if not rows:
        return {}
    conn.execute(insert(blocks), rows)
    # Whoever writes is alone: what is newer now is ours.
    ids = conn.execute(select(blocks.c.account, blocks.c.id).where(blocks.c.id > newest)).all()
    return {
        name: Block(
            number, case_ref, AccountRef(panel, name), measure, state, befores[name], (notes or {}).get(name, "")
        )
        for name, number in ids
    }


def move(conn: Connection, changes: Sequence[Tuple[int, BlockState, str]], at: datetime) -> None:
    """Move blocks to a state: (block id, new state, note) each."""
    if not changes:
        return
    query = (
        update(blocks)
        .where(blocks.c.id == bindparam("block_id"))
        .values(state=bindparam("new_state"), note=bindparam("new_note"), changed_at=instant_text(at))
    )
    rows = [{"block_id": number, "new_state": state.value, "new_note": note} for number, state, note in changes]
    conn.execute(query, rows)


def active(
    conn: Connection,
    *,
    panel: Optional[str] = None,
    case_ref: Optional[str] = None,
    debtor_key: Optional[str] = None,
) -> Tuple[Block, ...]:
    """Blocks that hold or are on their way (intended, laid, lifting), in the order they were laid."""
    query = select(blocks).where(blocks.c.state.in_(ACTIVE)).order_by(blocks.c.id)
    if panel is not None:
        query = query.where(blocks.c.panel == panel)
    if case_ref is not None:
        query = query.where(blocks.c.case_ref == case_ref)
    if debtor_key is not None:
        query = query.join(cases, cases.c.ref == blocks.c.case_ref).where(cases.c.debtor_key == debtor_key)
    return _blocks(conn.execute(query).mappings())


@dataclass(frozen=True)
class Held:
    """One block that holds or is on its way, without the state before it: as much as a table shows."""

    account: AccountRef
    owner: str
    measure: Measure
    state: BlockState
    debtor_key: str


def held(conn: Connection) -> Iterator[Held]:
    """All active blocks, in no order."""
    owner = func.json_extract(blocks.c.before, "$.owner")
    query = select(blocks.c.panel, blocks.c.account, owner, blocks.c.measure, blocks.c.state, cases.c.debtor_key)
    query = query.join(cases, cases.c.ref == blocks.c.case_ref).where(blocks.c.state.in_(ACTIVE))
    for panel, account, above, measure, state, debtor_key in conn.execute(query):
        yield Held(AccountRef(panel, account), above or "", Measure(measure), BlockState(state), debtor_key)


def of_case(conn: Connection, case_ref: str) -> Tuple[Block, ...]:
    """All blocks of a case, ended ones too."""
    query = select(blocks).where(blocks.c.case_ref == case_ref).order_by(blocks.c.id)
    return _blocks(conn.execute(query).mappings())


def newest_of(conn: Connection, account: AccountRef, measure: Measure) -> Optional[Block]:
    """The newest block of one measure on one account, whatever its state; None if there never was one."""
    query = select(blocks).where(
        blocks.c.panel == account.panel, blocks.c.account == account.name, blocks.c.measure == measure.value
    )
    found = _blocks(conn.execute(query.order_by(blocks.c.id.desc()).limit(1)).mappings())
    return found[0] if found else None


def unfinished(conn: Connection) -> Tuple[Block, ...]:
    """Blocks that a crash or an unreachable panel left between intent and proof."""
    states = (BlockState.INTENDED.value, BlockState.LIFTING.value)
    return _blocks(conn.execute(select(blocks).where(blocks.c.state.in_(states)).order_by(blocks.c.id)).mappings())


WATCHED = "must stay suspended"


def watch(conn: Connection, case_ref: str, panel: str, befores: Mapping[str, Facts], at: datetime) -> None:
    """Write down, before a reseller is freed, which suspensions of others must still hold after (name -> before)."""
    add(conn, case_ref, panel, Measure.SUSPEND, BlockState.LEFT, befores, at, {name: WATCHED for name in befores})


def watched(conn: Connection) -> Tuple[Block, ...]:
    """Suspensions of others that a command, perhaps a killed one, has yet to look at again."""
    return _blocks(conn.execute(select(blocks).where(blocks.c.note == WATCHED).order_by(blocks.c.id)).mappings())


def known_names(conn: Connection) -> Tuple[AccountRef, ...]:
    """Every account that ever had a block, or was left alone."""
    query = select(blocks.c.panel, blocks.c.account).distinct()
    return tuple(AccountRef(row.panel, row.account) for row in conn.execute(query))


def _blocks(rows: Iterable["object"]) -> Tuple[Block, ...]:
    found: List[Block] = []
    for row in rows:
        values = dict(row)  # type: ignore[call-overload]
        found.append(
            Block(
                values["id"],
                values["case_ref"],
                AccountRef(values["panel"], values["account"]),
                Measure(values["measure"]),
                BlockState(values["state"]),
                json.loads(values["before"]),
                values["note"],
            )
        )
    return tuple(found)
