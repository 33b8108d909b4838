"""What the pages refuse by themselves, each with its texts and its status."""

from dunning_plugin.errors import DunningError


class PageMistake(DunningError):
    """A request that no page answers. `key`: of its texts error.KEY and error.KEY_lead."""

    exit_code = 2

    def __init__(self, key: str, status: int) -> None:
        self.key, self.status = key, status
        super().__init__(key)
