#!/bin/sh
# Runs the tests on two processes: `tools/test.sh [PYTEST ARGUMENTS]`. Says what an ordinary user's run leaves out.
set -eu
cd "$(dirname "$0")/.."

PATH=$PATH:/usr/sbin:/sbin
export PATH
# A host's own settings must not reach the tests.
unset DUNNING_CONFIG DUNNING_NOW

if [ "$(id -u)" -ne 0 ]; then
    echo "Not root: the sandbox's accounts all belong to $(id -un), so that the tests of owners prove less." >&2
    if ! command -v apache2 >/dev/null && ! command -v httpd >/dev/null; then
        echo "No Apache here: tests/services is left out." >&2
        set -- --ignore=tests/services "$@"
    fi
fi
if ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null; then
    echo "No Chromium here: tests/browser is left out." >&2
    set -- --ignore=tests/browser "$@"
fi
exec .venv/bin/python -m pytest -n 2 "$@"
