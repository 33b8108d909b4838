"""The demo ends well and shows what it promises; with --serve it can be clicked until it is interrupted."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import requests

DEMO = [sys.executable, "-m", "dunning_plugin", "demo"]
PROMISED = (
    "11         2008-11-28   131",
    "login of webbouw at the panel: refused",
    "login of webbouw01 at the panel: lets him in",
    "POST /CMD_PLUGINS_ADMIN/dunning/index.html",
    "Suspension of da1/webbouw: done",
    "GET http://webbouw01.example/  ->  503 Service Unavailable",
    "suspend: restored 90",
    "GET http://webbouw01.example/  ->  200 OK",
    "0 differ;",
    "The journal holds",
    "Everything is back exactly as it was.",
)


def test_the_demo_plays_the_whole_case_and_everything_is_back():
    done = subprocess.run(DEMO, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    place = 0
    for words in PROMISED:
        place = done.stdout.find(words, place)
        assert place >= 0, f"'{words}' is not shown in its place:\n{done.stdout}"
    assert "restoring  [" in done.stdout and done.stderr == ""


@pytest.fixture
def open_folder():
    """A folder that the page's account may enter too; pytest's own are closed to it."""
    with tempfile.TemporaryDirectory(prefix="dunning-test-") as name:
        os.chmod(name, 0o755)
        yield Path(name)


def test_a_stage_that_the_page_could_not_enter_is_refused_at_once(open_folder):
    (open_folder / "closed").mkdir(mode=0o700)
    done = subprocess.run([*DEMO, "--keep", str(open_folder / "closed/stage")], capture_output=True, text=True)
    if os.geteuid() == 0:
        assert done.returncode == 2 and "chmod o+x" in done.stderr and "Traceback" not in done.stderr
        assert not (open_folder / "closed/stage").exists()


def test_the_stage_is_left_running_until_it_is_interrupted(open_folder):
    folder = open_folder / "stage"
    process = subprocess.Popen(
        [*DEMO, "--serve", "--keep", str(folder)], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        lines = []
        while not lines or "commands " not in lines[-1]:
            lines.append(process.stdout.readline())
            assert lines[-1], "".join(lines)
        text = "".join(lines)
        page = re.search(r"the page +(\S+)", text).group(1)
        password = re.search(r"login admin, password (\S+)\)", text).group(1)
        session = requests.Session()
        session.post(page.split("/CMD_")[0] + "/CMD_LOGIN", {"username": "admin", "password": password}, timeout=30)
        assert "Webbouw Noord" in session.get(page, params={"page": "overdue"}, timeout=60).text
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    assert os.listdir(folder / "panel/run/dunning") in ([], ["service.sock"])
