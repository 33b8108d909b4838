"""One host's installation in one hand: configuration, store, panels and clock, each opened when first asked for.

What command line and service share; knows neither of them.
"""

from datetime import date, datetime, timezone
from functools import cached_property
from threading import RLock
from typing import TYPE_CHECKING, Dict

from dunning_plugin.errors import InputError

if TYPE_CHECKING:
    from dunning_plugin.config import Config
    from dunning_plugin.panels.interface import Panel
    from dunning_plugin.store import Store


class Installation:
    """Opened lazily, closed once; nothing is opened in vain."""

    def __init__(self, config_path: str, now_text: str = "") -> None:
        self.config_path = config_path
        self.now_text = now_text
        self._panels: Dict[str, Panel] = {}
        self._lock = RLock()

    @cached_property
    def config(self) -> "Config":
        """dunning.yaml, read once. InputError or InputErrors if it has mistakes."""
        from dunning_plugin.config import load

        return load(self.config_path)

    @cached_property
    def store(self) -> "Store":
        """The store in the state folder, made and migrated as needed."""
        from dunning_plugin.store import Store

        return Store.open(self.config.state_dir)

    def panel(self, name: str) -> "Panel":
        """The panel of that name in dunning.yaml. InputError if there is none."""
        with self._lock:
            if name not in self._panels:
                from dunning_plugin.panels.registry import open_panel

                if name not in self.config.panels:
                    known = ", ".join(sorted(self.config.panels)) or "none"
                    raise InputError(f"no panel '{name}'", file=self.config_path, remedy=f"configured panels: {known}")
                self._panels[name] = open_panel(name, self.config)
            return self._panels[name]

    def forget_panels(self) -> None:
        """Close the panels' connections; the next question opens new ones, with the credentials as they are then."""
        with self._lock:
            for panel in self._panels.values():
                panel.close()
            self._panels = {}

    def now(self) -> datetime:
        """The present instant in UTC, or the one that the clock was set to (host's zone if it names none)."""
        if not self.now_text:
            return datetime.now(timezone.utc).replace(microsecond=0)
        try:
            moment = datetime.fromisoformat(self.now_text.replace("Z", "+00:00"))
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=self.config.host.zone)
            return moment.astimezone(timezone.utc).replace(microsecond=0)
        except (ValueError, OverflowError):
            raise InputError(
                f"'{self.now_text}' is no instant", field="--now", remedy="write it as 2009-04-08T09:00"
            ) from None

    def today(self) -> date:
        """The calendar day in the host's zone."""
        return self.now().astimezone(self.config.host.zone).date()

    def close(self) -> None:
        """Close what was opened, the journal's seal moved to its newest entry first."""
        for panel in self._panels.values():
            panel.close()
        if "store" in self.__dict__:
            self.seal()
            self.store.close()

    def seal(self) -> None:
        """Move the journal's seal to its newest entry, so that a later cut at its end is found."""
        from dunning_plugin import journal

        with self.store.read() as conn:
            journal.seal(conn, self.config.state_dir)
