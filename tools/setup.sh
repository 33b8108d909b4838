#!/bin/sh
# Prepares .venv for one purpose: `tools/setup.sh install|test|lint`.
# Begins on a machine with Python 3.9 or later and nothing else. As root, Debian's missing packages are installed;
# an ordinary user changes nothing outside this folder. When all is there already, nothing is fetched.
set -eu
cd "$(dirname "$0")/.."

venv=.venv
spare=$venv.apt
purpose=${1:-install}
python=${PYTHON:-python3}

say() { printf '%s\n' "$*" >&2; }
fail() { say "setup: $*"; exit 1; }
is_root() { [ "$(id -u)" -eq 0 ]; }

# Only packages that start no service are asked for: apache2-bin is the program without its system service.
apt_install() {
    DEBIAN_FRONTEND=noninteractive
    export DEBIAN_FRONTEND
    say "setup: apt-get install $*"
    apt-get install -qq -y --no-install-recommends "$@" >/dev/null 2>&1 && return
    # The package lists are missing or too old: fetch them, and let apt-get speak if it fails again.
    apt-get update -qq && apt-get install -qq -y --no-install-recommends "$@" >/dev/null
}

check_python() {
    command -v "$python" >/dev/null || fail "$python is not there; install Python 3.9 or later, or name it: PYTHON=..."
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 9))' ||
        fail "$python is older than 3.9; name another one: make PYTHON=/path/to/python3 $purpose"
}

# Debian's python3 comes without ensurepip, which a venv with pip needs.
has_ensurepip() { "$python" -c 'import ensurepip, venv' 2>/dev/null; }
is_debians() { [ "$("$python" -c 'import sys; print(sys.base_prefix)')" = /usr ] && command -v apt-get >/dev/null; }

# An ordinary user cannot install python3-venv, but apt-get fetches and checks packages for anybody: the wheel of
# pip out of Debian's package serves to fill the venv, and nothing outside this folder changes.
apt_fetch() {
    mkdir -p "$spare/lists/partial" "$spare/archives/partial"
    here=$(cd "$spare" && pwd)
    apt_as_user() {
        apt-get -qq -o Dir::State::lists="$here/lists" -o Dir::Cache="$here" -o Debug::NoLocking=1 \
            -o APT::Sandbox::User="$(id -un)" "$@"
    }
    apt_as_user update && (cd "$spare" && apt_as_user download "$@" >/dev/null)
    for package in "$spare"/*.deb; do dpkg-deb -x "$package" "$spare/files"; done
}

venv_of_an_ordinary_user() {
    say "setup: python3-venv is missing and you are not root: pip is taken out of Debian's packages, into .venv alone"
    trap 'rm -rf "$spare"' EXIT
    apt_fetch python3-pip-whl ca-certificates ||
        fail "that failed; ask the administrator for: apt-get install python3-venv"
    "$python" -m venv --without-pip "$venv"
    authorities=${PIP_CERT:-/etc/ssl/certs/ca-certificates.crt}
    if ! [ -s "$authorities" ]; then
        authorities=$spare/authorities.pem
        cat "$spare"/files/usr/share/ca-certificates/mozilla/*.crt >"$authorities"
    fi
    wheel=$(echo "$spare"/files/usr/share/python-wheels/pip-*.whl)
    # A pip from the package index brings its own certificates; Debian's looks in /etc.
    "$venv/bin/python" "$wheel/pip" install -q --cert "$authorities" pip
}

make_venv() {
    check_python
    rm -rf "$venv"
    if ! has_ensurepip && is_debians; then
        if is_root; then
            apt_install python3-venv || fail "python3-venv cannot be installed; see apt-get's words above"
        else
            venv_of_an_ordinary_user
            return
        fi
    fi
    has_ensurepip || fail "$python has no ensurepip; install its venv package, or name another Python: PYTHON=..."
    "$python" -m venv "$venv"
}

# setuptools is put into the venv, and used from there, so that a repeated call needs no network.
pip_install() {
    pip="$venv/bin/python -m pip install -q --disable-pip-version-check --root-user-action=ignore"
    $pip 'setuptools>=70.1'
    $pip --no-build-isolation -e "$1"
}

need_apache() {
    PATH=$PATH:/usr/sbin:/sbin
    if command -v apache2 >/dev/null || command -v httpd >/dev/null; then return; fi
    if is_root && command -v apt-get >/dev/null; then
        apt_install apache2-bin media-types || fail "apache2-bin cannot be installed; see apt-get's words above"
    else
        say "setup: no Apache is here: the tests of the notice on a real Apache will be left out."
        say "setup: to run them too, ask the administrator for: apt-get install apache2-bin"
    fi
}

# The system's own browser: nothing is fetched past the distribution. A font too, without which texts have no width.
need_browser() {
    if command -v chromium >/dev/null || command -v chromium-browser >/dev/null; then return; fi
    if is_root && command -v apt-get >/dev/null; then
        apt_install chromium fonts-dejavu-core || fail "chromium cannot be installed; see apt-get's words above"
    else
        say "setup: no Chromium is here: the tests that click in a browser will be left out."
        say "setup: to run them too, ask the administrator for: apt-get install chromium fonts-dejavu-core"
    fi
}

"$venv/bin/python" -m pip --version >/dev/null 2>&1 || make_venv
case $purpose in
    install) pip_install . ;;
    test) pip_install '.[test]' && need_apache && need_browser && "$venv/bin/python" -m tools.build_plugin --fetch ;;
    lint) pip_install '.[test,lint]' ;;
    *) fail "no such purpose: $purpose; one of install, test, lint" ;;
esac
touch "$venv/.ready-$purpose"
