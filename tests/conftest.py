"""How tests are shared out among processes (pytest -n 2)."""

import pytest


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """A file of browser tests stays on one process, for they share a host that takes long to make; any other test goes
    to whichever process is free. (xdist's own groups by mark do nothing under pytest 9.2.)"""
    from xdist.scheduler import LoadScopeScheduling

    class ByHost(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            file = nodeid.partition("::")[0]
            return file if "/browser/" in f"/{file}" else nodeid

    return ByHost(config, log)
