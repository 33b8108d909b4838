"""What every command shares: configuration, store, panels and clock, each opened when first asked for."""

from datetime import datetime, timezone
from functools import cached_property
from typing import TYPE_CHECKING, Dict, Optional

from dunning_plugin.errors import InputError

if TYPE_CHECKING:
    from dunning_plugin.config import Config
    from dunning_plugin.panels.interface import Panel
    from dunning_plugin.store import Store


class Context:
    """Opened lazily, closed once; commands take what they need and nothing is opened in vain."""

    def __init__(self, config_path: str, now_text: Optional[str] = None) -> None:
        self.config_path = config_path
        self._now_text = now_text
        self._panels: Dict[str, Panel] = {}

    @cached_property
    def config(self) -> "Config":
        from dunning_plugin.config import load

        return load(self.config_path)

    @cached_property
    def store(self) -> "Store":
        from dunning_plugin.store import Store

        return Store.open(self.config.state_dir)

    def panel(self, name: str) -> "Panel":
        """The panel of that name in dunning.yaml. InputError if there is none."""
        if name not in self._panels:
            from dunning_plugin.panels.registry import open_panel

            if name not in self.config.panels:
                known = ", ".join(sorted(self.config.panels)) or "none"
                raise InputError(f"no panel '{name}'", file=self.config_path, remedy=f"configured panels: {known}")
            self._panels[name] = open_panel(name, self.config)
        return self._panels[name]

    def now(self) -> datetime:
        """The present instant in UTC, or the one that --now set (host's zone if it names none)."""
        if not self._now_text:
            return datetime.now(timezone.utc).replace(microsecond=0)
        try:
            moment = datetime.fromisoformat(self._now_text.replace("Z", "+00:00"))
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=self.config.host.zone)
            return moment.astimezone(timezone.utc).replace(microsecond=0)
        except (ValueError, OverflowError):
            raise InputError(
                f"'{self._now_text}' is no instant", field="--now", remedy="write it as 2009-04-08T09:00"
            ) from None

    def close(self) -> None:
        for panel in self._panels.values():
            panel.close()
        if "store" in self.__dict__:
            self._seal()
            self.store.close()

    def _seal(self) -> None:
        """Move the journal's seal to its newest entry, so that a later cut at its end is found."""
        from dunning_plugin import journal

        with self.store.read() as conn:
            journal.seal(conn, self.config.state_dir)
