"""The plugin's life on a panel, played once for all processes of a run."""

import os

import pytest

from tests.plugin.story import life, once


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory):
    """A folder that all processes of this run share."""
    base = tmp_path_factory.getbasetemp()
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base


@pytest.fixture(scope="session")
def story(shared_folder):
    """What happened, step by step."""
    return once(shared_folder, "life-of-the-plugin", life)
