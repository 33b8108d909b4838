"""A fresh host a test: nothing that one test does is seen by another."""

import pytest

from tests.pages.host import busy_host, quiet_host


@pytest.fixture
def quiet(tmp_path):
    with quiet_host(tmp_path) as host:
        yield host


@pytest.fixture
def busy(tmp_path):
    with busy_host(tmp_path) as host:
        yield host
