"""A SIGKILL at every journal step, every act, every rename: the next command reaches the same end."""

import json
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.world import NOW, world

MORTAL = Path(__file__).with_name("mortal.py")
RESELLER = "atelier"


@contextmanager
def forking(here):
    """A function (step, words) -> was the command killed? Any other end than success fails the test."""
    process = subprocess.Popen([sys.executable, str(MORTAL)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def command(step, *words):
        line = [step, "--config", str(here.config), "--now", NOW, *words]
        process.stdin.write(json.dumps(line) + "\n")
        process.stdin.flush()
        status = int(process.stdout.readline())
        assert status in (0, signal.SIGKILL), f"{words}: wait status {status}"
        return status == signal.SIGKILL

    yield command
    process.stdin.close()
    process.wait(timeout=30)
    process.stdout.close()


@pytest.mark.parametrize("measure", ["suspend", "lock_login"])
@pytest.mark.parametrize("killed", ["suspend", "restore"])
def test_a_kill_at_any_step_is_finished_by_the_next_command(tmp_path, killed, measure):
    with world(tmp_path, only=RESELLER) as here, forking(here) as command:
        lay = ("suspend", RESELLER, "--measure", measure, "--yes")
        lift = ("restore", RESELLER, "--yes")
        free = here.panel.state_without_times()
        command(-1, *lay)
        laid = here.panel.state_without_times()
        command(-1, *lift)
        assert here.panel.state_without_times() == free
        step = 0
        while True:
            died = killed == "suspend" and command(step, *lay)
            command(-1, *lay)
            assert here.panel.state_without_times() == laid, f"suspend killed at step {step}"
            died |= killed == "restore" and command(step, *lift)
            command(-1, *lift)
            assert here.panel.state_without_times() == free, f"restore killed at step {step}"
            if not died:
                break
            step += 1
        assert step > 20
        assert here.json("status") == []
        here.run("journal", "verify")
