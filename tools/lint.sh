#!/bin/sh
# All linters, one after the other; the first that complains ends it.
set -eu
cd "$(dirname "$0")/.."

bin=.venv/bin
$bin/ruff check .
$bin/ruff format --check .
# The relay is Python too, whatever the panel wants its file to be called.
$bin/ruff check --extension html:python plugin/admin/index.html
$bin/ruff format --check --extension html:python plugin/admin/index.html
$bin/mypy
$bin/vermin --quiet --no-tips --violations -t=3.9- src plugin tools
find .ci tools plugin -type f \( -name '*.sh' -o -path .ci/run \) -exec $bin/shellcheck {} +
