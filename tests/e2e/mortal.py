"""dunning, killing itself at the n-th step: a journal write, a commit, a request to the panel, a rename."""

import os
import signal
import sys

import requests
import sqlalchemy

from dunning_plugin import journal
from dunning_plugin.cli.main import main

LAST = int(sys.argv[1])
steps = iter(range(1_000_000))


def step() -> None:
    if next(steps) == LAST:
        os.kill(os.getpid(), signal.SIGKILL)


def mortal(owner, name):
    """Die just before or just after the call: two steps each."""
    function = getattr(owner, name)

    def call(*args, **kwargs):
        step()
        answer = function(*args, **kwargs)
        step()
        return answer

    setattr(owner, name, call)


mortal(journal, "append_all")
mortal(journal, "seal")
mortal(requests.Session, "send")
mortal(sqlalchemy.engine.base.RootTransaction, "commit")
mortal(os, "rename")
mortal(os, "replace")
main(sys.argv[2:])
