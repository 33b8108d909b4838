"""Where orders are carried out: finds the layer for each measure, finishes what a crash left, takes in the spool."""

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Callable, FrozenSet, Iterable, Iterator, Mapping, Optional, Tuple

from dunning_plugin import exclusive, journal, spool
from dunning_plugin.enforce.act import BlockOutcome, Order, Progress, carry_out
from dunning_plugin.enforce.foreign import reinstate_lost, watch_foreign
from dunning_plugin.enforce.moves import Goal, Outcome
from dunning_plugin.enforce.orders import Wish, orders_to_finish, orders_to_lift
from dunning_plugin.errors import CaseBusy, DunningError, InputError
from dunning_plugin.model import AccountKind, AccountRef, Block, Case, Measure
from dunning_plugin.panels.interface import Layer, Panel
from dunning_plugin.store import blocks as block_rows
from dunning_plugin.store import cases as case_rows

if TYPE_CHECKING:
    from dunning_plugin.store import Store

LayerFor = Callable[[str, Measure, Case], Optional[Layer]]
"""(panel name, measure, case) -> the layer that lays it there, or None if nothing does."""


class Workshop:
    """Store, panels and clock in one hand. One debtor at a time (see `at_case`)."""

    def __init__(
        self,
        store: "Store",
        state_dir: Path,
        panel: Callable[[str], Panel],
        layer_for: LayerFor,
        now: Callable[[], datetime],
        wish: Wish,
    ) -> None:
        self.store, self.state_dir, self.panel, self.layer_for = store, state_dir, panel, layer_for
        self.now, self.wish = now, wish

    def carry_out(self, orders: Iterable[Order], progress: Optional[Progress] = None) -> Iterator[BlockOutcome]:
        """Carry out orders one after the other. A panel's trouble becomes the outcome of the accounts it hits."""
        for order in orders:
            layer = self.layer_for(order.panel, order.measure, order.case)
            if layer is None:
                raise InputError(f"panel {order.panel} cannot lay {order.measure.value} from here")
            batch = self.panel(order.panel).capabilities.chunk
            try:
                yield from carry_out(
                    self.store,
                    layer,
                    order,
                    self.now,
                    batch=batch,
                    progress=progress,
                    before_proof=partial(self.take_in_spool, [order.panel]),
                )
            except DunningError as error:
                yield from _all_failed(order, error)

    def lift(self, case: Case, blocks: Iterable[Block], progress: Optional[Progress] = None) -> Iterator[BlockOutcome]:
        """Lift these blocks of one case, then see to it that no foreign suspension went with them."""
        orders = orders_to_lift(case, blocks, self.wish)
        for order in orders:
            if _frees_a_reseller(order):
                try:
                    watch_foreign(self.store, self.panel(order.panel), order.names, case, self.now)
                except DunningError as error:
                    # Without knowing whom others suspended, freeing the reseller could free them too.
                    orders = [other for other in orders if other.panel != order.panel]
                    yield from _all_failed(order, error)
        yield from self.carry_out(orders, progress)
        yield from self._look_again()

    def _look_again(self) -> Iterator[BlockOutcome]:
        with self.store.read() as conn:
            watched = block_rows.watched(conn)
        for panel in dict.fromkeys(block.account.panel for block in watched):
            here = [block for block in watched if block.account.panel == panel]
            try:
                yield from reinstate_lost(self.store, self.panel(panel), here, self.wish, self.now)
            except DunningError as error:
                words = f"failed (not looked at again, the next command does: {error})"
                yield from (BlockOutcome(b.account, b.measure, Outcome.FAILED, words) for b in here)

    def finish_unfinished(self, but_not: FrozenSet[AccountRef] = frozenset()) -> Iterator[BlockOutcome]:
        """Finish what a crash left between intent and proof, whosoever case it is. A case at which another
        process works is its business. `but_not`: accounts that the command itself will see to."""
        with self.store.read() as conn:
            waiting = [block for block in block_rows.unfinished(conn) if block.account not in but_not]
            found = {block.case_ref: case_rows.by_ref(conn, block.case_ref) for block in waiting}
        for ref, case in found.items():
            if case is None:
                continue
            orders = orders_to_finish(case, [block for block in waiting if block.case_ref == ref], self.wish)
            try:
                with exclusive.working_on(self.state_dir, case.debtor_key, self.wish.who):
                    yield from self.carry_out(orders)
            except CaseBusy:
                continue
        yield from self._look_again()

    def take_in_spool(self, panels: Iterable[str], acted_on: Iterable[AccountRef] = ()) -> None:
        """Write into the journal what the panel's hooks left in the spool."""
        acted = list(acted_on)
        for panel in panels:
            names = frozenset(ref.name for ref in acted if ref.panel == panel)
            spool.take_in(self.store, self.state_dir / "spool", panel, names)

    def open_case(self, debtor_key: str, facts: Mapping[str, object]) -> Case:
        """The debtor's open case, or a new one with its entry in the journal."""
        with self.store.begin() as conn:
            case = case_rows.current(conn, debtor_key)
            if case is None:
                case = case_rows.open_case(conn, debtor_key, self.now())
                journal.append(
                    conn,
                    self.now(),
                    self.wish.who,
                    "case opened",
                    self.wish.why,
                    {"debtor": debtor_key, **facts},
                    case.ref,
                )
        return case

    def close_if_free(self, case: Case, settled: bool) -> bool:
        """Close a case that has no block left and whose debtor has nothing overdue."""
        with self.store.begin() as conn:
            if not settled or case.closed_at or block_rows.active(conn, case_ref=case.ref):
                return False
            case_rows.close_case(conn, case.ref, self.now())
            journal.append(conn, self.now(), self.wish.who, "case closed", self.wish.why, {}, case.ref)
        return True

    def blocks_of(self, debtor_key: str) -> Tuple[Block, ...]:
        """The debtor's blocks that hold or are on their way."""
        with self.store.read() as conn:
            return block_rows.active(conn, debtor_key=debtor_key)


def _frees_a_reseller(order: Order) -> bool:
    return order.goal is Goal.LIFT and order.measure is Measure.SUSPEND and order.kind is AccountKind.RESELLER


def _all_failed(order: Order, error: DunningError) -> Iterator[BlockOutcome]:
    for name in order.names:
        yield BlockOutcome(AccountRef(order.panel, name), order.measure, Outcome.FAILED, f"failed ({error})")
