"""A small panel for a module's tests that change nothing of it, and one for a single test."""

import pytest

from tests.sandbox.small import small_panel


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """For tests that leave the panel as they found it."""
    with small_panel(tmp_path_factory.mktemp("panel")) as panel:
        yield panel


@pytest.fixture
def fresh(tmp_path):
    """For tests that change the panel."""
    with small_panel(tmp_path / "panel") as panel:
        yield panel
