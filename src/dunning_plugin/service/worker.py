"""The one worker: takes jobs from the queue, and the panel's events from the spool."""

import logging
import threading
from typing import TYPE_CHECKING, Callable

from dunning_plugin import jobs, spool
from dunning_plugin.errors import DunningError

if TYPE_CHECKING:
    from dunning_plugin.installation import Installation

LOG = logging.getLogger("dunning")
POLL_SECONDS = 0.4
"""How long an event lies in the spool at most, or a job of another process in the queue."""


class Worker:
    """Two threads: one for jobs, one for the spool, so that a long job keeps no event waiting.

    Each has an Installation of its own (`open_installation`): a panel's connections belong to one thread."""

    def __init__(self, open_installation: "Callable[[], Installation]") -> None:
        self.open_installation = open_installation
        self._wake, self._stop = threading.Event(), threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(step,), name=f"dunning-{name}", daemon=True)
            for name, step in (("jobs", self._work), ("spool", self._take_in))
        ]

    def start(self) -> None:
        """Begin; a job that a stopped service left running is taken up first."""
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """A job was queued: look now."""
        self._wake.set()

    def stop(self, seconds: float = 5.0) -> None:
        """Take no further job. One that does not end in time is left as it stands: the next start takes it up."""
        self._stop.set()
        self._wake.set()
        for thread in self._threads:
            thread.join(seconds)

    def _run(self, step: "Callable[[Installation], bool]") -> None:
        installation = self.open_installation()
        try:
            while not self._stop.is_set():
                if not self._tried(step, installation):
                    self._wake.wait(POLL_SECONDS)
                    self._wake.clear()
        finally:
            installation.close()

    def _tried(self, step: "Callable[[Installation], bool]", installation: "Installation") -> bool:
        """Did the step find something to do? Whatever went wrong, the service goes on."""
        try:
            return step(installation)
        except DunningError as error:
            LOG.error("%s", error)
        except Exception:
            LOG.exception("the worker met something unexpected; it goes on")
        return False

    def _work(self, installation: "Installation") -> bool:
        job = jobs.take_next(installation)
        if job is None:
            return False
        LOG.info("job %s begins: %s", job.id, job.kind)
        # Credentials may have changed since, and a connection that met a 401 speaks no more.
        installation.forget_panels()
        try:
            done = jobs.work(installation, job)
        except Exception:
            jobs.give_up(installation, job, "something unexpected went wrong; see journalctl -u dunning")
            raise
        installation.seal()
        LOG.info("job %s is %s", done.id, done.state)
        return True

    def _take_in(self, installation: "Installation") -> bool:
        for name, settings in installation.config.panels.items():
            if settings.local:
                spool.take_in(installation.store, installation.config.state_dir / "spool", name)
        return False
