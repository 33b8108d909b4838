#!/bin/sh
# All linters, one after the other; the first that complains ends it.
set -eu
cd "$(dirname "$0")/.."

bin=.venv/bin
$bin/ruff check .
$bin/ruff format --check .
$bin/mypy
$bin/vermin --quiet --no-tips --violations -t=3.9- src plugin
find .ci tools plugin -type f \( -name '*.sh' -o -path .ci/run \) -exec $bin/shellcheck {} +
