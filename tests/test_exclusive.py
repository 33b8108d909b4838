import os
import signal
import subprocess
import sys
import time

import pytest

from dunning_plugin.errors import CaseBusy
from dunning_plugin.exclusive import working_on

HOLDER = (
    "import sys, time; from pathlib import Path; from dunning_plugin.exclusive import working_on\n"
    "with working_on(Path(sys.argv[1]), 'webbouw', 'jan'):\n    print('held', flush=True); time.sleep(60)\n"
)


@pytest.fixture
def holder(tmp_path):
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_second_process_on_the_same_case_is_told_who_works(tmp_path, holder):
    with pytest.raises(CaseBusy, match=f"process {holder.pid}, jan"), working_on(tmp_path, "webbouw", "piet"):
        pass


def test_a_second_process_on_another_case_works(tmp_path, holder):
    with working_on(tmp_path, "another", "piet"):
        assert holder.poll() is None


def test_a_killed_process_leaves_the_case_free_to_one_who_waits(tmp_path, holder):
    os.kill(holder.pid, signal.SIGKILL)
    before = time.monotonic()
    with working_on(tmp_path, "webbouw", "piet", wait_seconds=30):
        assert time.monotonic() - before < 30


def test_a_debtors_key_never_becomes_a_path(tmp_path):
    with working_on(tmp_path, "../../etc/passwd", "piet"):
        assert [path.name.startswith("case-") for path in (tmp_path / "run").iterdir()] == [True]
