"""Runs dunning commands that kill themselves at the n-th step: a journal write, a commit, a request, a rename.

A process that has everything imported and forks for each command: reads `[step, words…]` as JSON lines, answers the
child's wait status. Step -1 kills nothing."""

import json
import os
import signal
import sys

import requests
import sqlalchemy

import dunning_plugin.cli.import_
import dunning_plugin.cli.journal
import dunning_plugin.cli.output
import dunning_plugin.cli.overdue
import dunning_plugin.cli.restore
import dunning_plugin.cli.status
import dunning_plugin.cli.suspend
import dunning_plugin.notice.from_config
import dunning_plugin.panels.directadmin  # noqa: F401
from dunning_plugin import journal
from dunning_plugin.cli.main import main
from dunning_plugin.panels.directadmin import locks


def run(last, words):
    """In the child: dunning with `words`, dying at step `last`."""
    steps = iter(range(1_000_000))

    def step():
        if next(steps) == last:
            os.kill(os.getpid(), signal.SIGKILL)

    def mortal(owner, name):
        """Die just before the call; of a request, which the panel may have acted on, just after it too."""
        function = getattr(owner, name)

        def call(*args, **kwargs):
            step()
            answer = function(*args, **kwargs)
            if name == "send":
                step()
            return answer

        setattr(owner, name, call)

    mortal(journal, "append_all")
    mortal(journal, "seal")
    mortal(requests.Session, "send")
    mortal(sqlalchemy.engine.base.RootTransaction, "commit")
    mortal(os, "rename")
    mortal(os, "replace")
    mortal(os, "mkdir")
    mortal(locks.Folder, "drop")
    main(words)


for line in sys.stdin:
    wanted = json.loads(line)
    child = os.fork()
    if child == 0:
        null = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1):
            os.dup2(null, descriptor)
        run(wanted[0], wanted[1:])
    print(os.waitpid(child, 0)[1], flush=True)
