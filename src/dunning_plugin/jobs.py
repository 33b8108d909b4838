"""Long work: queued in the store, taken up by one worker, with progress and a result an account.

    queued ──► running ──► done      all accounts have their result, failed ones among them
                       └─► failed    the job as a whole could not be done (panel away, gate closed); `words` says why

A job that a stopped service leaves running is taken up again: its wish is planned anew against the panel, and what
was done before the stop is found done (rule 1 of the design: state is a function of facts).
"""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Dict, FrozenSet, Iterator, List, Mapping, Optional, Sequence, Tuple, Union

from dunning_plugin import journal
from dunning_plugin.enforce import wishes
from dunning_plugin.enforce.act import BlockOutcome, failed
from dunning_plugin.enforce.moves import SAID, Outcome
from dunning_plugin.enforce.wishes import RestoreWish, SuspendWish
from dunning_plugin.errors import CaseBusy, DunningError
from dunning_plugin.model import AccountRef, BlockState, Measure
from dunning_plugin.store import blocks as block_rows
from dunning_plugin.store import job_rows
from dunning_plugin.store.cases import ALPHABET, instant, instant_text

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from dunning_plugin.installation import Installation

WAITING = "waiting"
"""The outcome of an account that a job has not come to yet."""
BUSY_WAIT = 60.0
"""Seconds that a job waits for a case that another process works on."""
RESULTS_AT_ONCE = 100


@dataclass(frozen=True)
class Job:
    """One job. `total` and `done` count accounts; `words` says why it failed as a whole."""

    id: str
    kind: str
    request: Mapping[str, Any]
    who: str
    why: str
    state: str
    total: int
    done: int
    words: str
    created_at: datetime
    started_at: Optional[datetime]
    finished_at: Optional[datetime]

    @property
    def is_over(self) -> bool:
        return self.state in ("done", "failed")

    @property
    def wish(self) -> Union[SuspendWish, RestoreWish]:
        """What was asked for."""
        kind = SuspendWish if self.kind == "suspend" else RestoreWish
        return kind.from_data(self.request)


@dataclass(frozen=True)
class Result:
    """What came of one account ('panel/name'): the outcome's word (WAITING before), and words for a person."""

    account: str
    measure: str
    outcome: str
    words: str

    @property
    def failed(self) -> bool:
        return self.outcome == Outcome.FAILED.value


def queue(conn: "Connection", wish: Union[SuspendWish, RestoreWish], who: str, at: datetime) -> str:
    """Put a wish into the queue in the caller's transaction; answers the job's id."""
    kind = "suspend" if isinstance(wish, SuspendWish) else "restore"
    job_id = "".join(secrets.choice(ALPHABET) for _ in range(10))
    request = json.dumps(wish.to_data(), sort_keys=True)
    values = {"id": job_id, "kind": kind, "request": request, "who": who, "why": wish.why, "state": "queued"}
    job_rows.add(conn, {**values, "created_at": instant_text(at)})
    journal.append(conn, at, who, "job queued", wish.why, {"job": job_id, "kind": kind, "request": wish.to_data()})
    return job_id


def get(conn: "Connection", job_id: str) -> Optional[Job]:
    """The job with this id, or None."""
    row = job_rows.get(conn, job_id)
    return _job(row) if row else None


def results(conn: "Connection", job_id: str, failed_only: bool = False) -> Tuple[Result, ...]:
    """What came of each account, by account."""
    rows = job_rows.results(conn, job_id)
    found = (Result(row["account"], row["measure"], row["outcome"], row["words"]) for row in rows)
    return tuple(result for result in found if result.failed or not failed_only)


def newest(conn: "Connection", count: int = 20) -> Tuple[Job, ...]:
    """The newest jobs, newest first."""
    return tuple(_job(row) for row in job_rows.newest(conn, count))


def waiting(conn: "Connection") -> int:
    """How many jobs are queued or running."""
    return job_rows.waiting(conn)


def take_next(installation: "Installation") -> Optional[Job]:
    """The next job, marked as running; None if none waits. For the one worker."""
    with installation.store.begin() as conn:
        row = job_rows.next_one(conn)
        if row is None:
            return None
        if row["state"] == "queued":
            at = instant_text(installation.now())
            job_rows.change(conn, row["id"], state="running", started_at=at)
        return get(conn, row["id"])


def work(installation: "Installation", job: Job) -> Job:
    """Carry out a job that `take_next` gave; the job as it stands in the end."""
    done = _Progress(installation, job)
    try:
        busy: List[CaseBusy] = []
        for outcome in _outcomes(installation, job, done, busy):
            done.add(outcome)
        words = "; ".join(str(error) for error in busy)
        done.finish("failed" if busy else "done", words)
    except DunningError as error:
        done.finish("failed", str(error))
    with installation.store.read() as conn:
        return get(conn, job.id) or job


def give_up(installation: "Installation", job: Job, words: str) -> None:
    """End a job that met something unexpected, so that it is not taken up for ever; its blocks tell what was done."""
    _Progress(installation, job).finish("failed", words)


def _outcomes(
    installation: "Installation", job: Job, done: "_Progress", busy: List[CaseBusy]
) -> Iterator[BlockOutcome]:
    wish = job.wish
    if isinstance(wish, SuspendWish):
        plan = wishes.plan_suspension(installation, wish)
        if not plan.closed:
            done.plan(wishes.blocks_of(plan, wish))
        yield from wishes.lay(installation, plan, wish, job.who, done.step, BUSY_WAIT)
        return
    chosen = wishes.plan_restore(installation, wish)
    wanted = [(block.account, block.measure) for _, blocks in chosen for block in blocks]
    done.plan(wanted)
    yield from _lifted_before_the_stop(installation, job, frozenset(wanted))
    yield from wishes.lift(installation, chosen, wish, job.who, done.step, BUSY_WAIT, busy)


def _lifted_before_the_stop(
    installation: "Installation", job: Job, wanted: FrozenSet[Tuple[AccountRef, Measure]]
) -> Iterator[BlockOutcome]:
    """A stopped service may have lifted blocks whose outcome it had no time to write down: their state tells it."""
    with installation.store.read() as conn:
        for row in job_rows.results(conn, job.id):
            panel, _, name = row["account"].partition("/")
            ref, measure = AccountRef(panel, name), Measure(row["measure"])
            if row["outcome"] != WAITING or (ref, measure) in wanted:
                continue
            block = block_rows.newest_of(conn, ref, measure)
            if block is not None:
                outcome = Outcome.RESTORED if block.state is BlockState.LIFTED else Outcome.FOREIGN
                yield BlockOutcome(ref, measure, outcome, block.note or SAID[outcome])


class _Progress:
    """Writes a job's progress and results into the store as they come."""

    def __init__(self, installation: "Installation", job: Job) -> None:
        self.installation, self.job, self.acted = installation, job, 0
        self.outcomes: List[BlockOutcome] = []
        self._unwritten: List[BlockOutcome] = []

    def plan(self, wanted: Sequence[Tuple[AccountRef, Measure]]) -> None:
        """Every account that the job is about, before the first act."""
        with self.installation.store.begin() as conn:
            waiting_for = [_row(str(ref), measure.value, WAITING, "") for ref, measure in wanted]
            job_rows.expect_results(conn, self.job.id, waiting_for)
            job_rows.change(conn, self.job.id, total=job_rows.count_results(conn, self.job.id), done=0)

    def step(self, count: int) -> None:
        self.acted += count
        with self.installation.store.begin() as conn:
            job_rows.change(conn, self.job.id, done=self.acted)

    def add(self, outcome: BlockOutcome) -> None:
        self.outcomes.append(outcome)
        self._unwritten.append(outcome)
        if len(self._unwritten) >= RESULTS_AT_ONCE:
            with self.installation.store.begin() as conn:
                self._write(conn)

    def finish(self, state: str, words: str) -> None:
        at = self.installation.now()
        with self.installation.store.begin() as conn:
            self._write(conn)
            finished = {"finished_at": instant_text(at), "words": words}
            if state == "done":
                # Accounts that needed no act never came by `step`.
                finished["done"] = job_rows.get(conn, self.job.id)["total"]  # type: ignore[index]
            job_rows.change(conn, self.job.id, state=state, **finished)
            facts = {"job": self.job.id, "accounts": len(self.outcomes), "failed": len(failed(self.outcomes))}
            if words:
                facts["words"] = words
            journal.append(conn, at, self.job.who, f"job {state}", self.job.why, facts)

    def _write(self, conn: "Connection") -> None:
        rows = [_row(str(o.account), o.measure.value, o.outcome.value, o.words) for o in self._unwritten]
        job_rows.put_results(conn, self.job.id, rows)
        self._unwritten = []


def _row(account: str, measure: str, outcome: str, words: str) -> Dict[str, str]:
    return {"account": account, "measure": measure, "outcome": outcome, "words": words}


def _job(row: Mapping[str, Any]) -> Job:
    started, finished = row["started_at"], row["finished_at"]
    return Job(
        row["id"],
        row["kind"],
        json.loads(row["request"]),
        row["who"],
        row["why"],
        row["state"],
        row["total"],
        row["done"],
        row["words"],
        instant(row["created_at"]),
        instant(started) if started else None,
        instant(finished) if finished else None,
    )
