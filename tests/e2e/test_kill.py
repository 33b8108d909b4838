"""A SIGKILL at every journal step, and at every act sent to the panel: the next command reaches the same end."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.world import NOW, world

MORTAL = Path(__file__).with_name("mortal.py")


def die_and_repeat(here, step, *words):
    """Run a command that kills itself at the n-th step, then the command again; was there such a step?"""
    done = subprocess.run(
        [sys.executable, str(MORTAL), str(step), "--config", str(here.config), "--now", NOW, *words],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    here.run(*words)
    return done.returncode == -signal.SIGKILL


def test_a_kill_at_any_step_of_suspend_and_restore_is_finished_by_the_next_command(tmp_path):
    with world(tmp_path) as here:
        foreign = here.suspended()
        before = here.panel.state_without_times()
        reseller = here.filled.reseller
        here.run("suspend", reseller, "--yes", "--why", "kill test")
        laid = here.suspended()
        here.run("restore", reseller, "--yes")
        died = 0
        for step in range(200):
            killed_laying = die_and_repeat(here, step, "suspend", reseller, "--yes")
            assert here.suspended() == laid, f"suspend killed at step {step}"
            killed_lifting = die_and_repeat(here, step, "restore", reseller, "--yes")
            assert here.suspended() == foreign, f"restore killed at step {step}"
            assert here.json("status") == []
            died += killed_laying + killed_lifting
            if not (killed_laying or killed_lifting):
                break
        assert died > 10
        assert here.panel.state_without_times() == before
        assert here.run("journal", "verify").returncode == 0
