"""The demo ends well and shows what it promises; with --serve it can be clicked until it is interrupted."""

import os
import re
import signal
import subprocess
import sys

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
    shown = [done.stdout.find(words) for words in PROMISED]
    assert -1 not in shown and shown == sorted(shown)
    assert "restoring  [" in done.stdout and done.stderr == ""


def test_the_stage_is_left_running_until_it_is_interrupted(tmp_path):
    folder = tmp_path / "stage"
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
