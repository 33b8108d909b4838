"""What `make plugin` makes: the same bytes each time, and all that an installation needs."""

import hashlib
import io
import os
import re
import shutil
import struct
import subprocess
import sys
import zipfile
import zlib
from configparser import ConfigParser
from email.parser import HeaderParser

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name, parse_wheel_filename

from tests.plugin.package import ROOT, content_of, copy_sources, edit, files_of, package
from tools import build_plugin, icon, pure_wheel

PYTHONS = ("3.9", "3.10", "3.11", "3.12", "3.13")


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """A copy, so that nobody changes the sources between two looks at them."""
    folder = tmp_path_factory.mktemp("sources")
    copy_sources(folder)
    return folder


@pytest.fixture(scope="module")
def archive(sources):
    return build_plugin.build(sources, build_plugin.fetch(build_plugin.CACHE))


@pytest.fixture(scope="module")
def wheels(archive):
    """file name -> the opened wheel."""
    names = [name for name in files_of(archive) if name.endswith(".whl")]
    return {name.rpartition("/")[2]: zipfile.ZipFile(io.BytesIO(content_of(archive, name))) for name in names}


def metadata(wheel):
    (name,) = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    return HeaderParser().parsestr(wheel.read(name).decode())


def listed(archive):
    """The requirements that install.sh installs from, without hashes."""
    lines = content_of(archive, "wheels/requirements.txt").decode().splitlines()
    return [Requirement(line.partition(" --hash=")[0]) for line in lines]


def test_two_builds_are_equal_whatever_umask_time_zone_and_time_say(sources, tmp_path):
    shutil.copytree(ROOT / "tools", sources / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    (sources / ".cache").symlink_to(ROOT / ".cache")
    built = []
    for umask, zone, folder in ((0o077, "Asia/Tokyo", "one"), (0o000, "America/Lima", "two")):
        target = tmp_path / folder / "dunning.tar.gz"
        environment = {"PATH": os.environ["PATH"], "TZ": zone, "PYTHONHASHSEED": str(umask)}
        command = [sys.executable, "-m", "tools.build_plugin", "--out", str(target)]
        subprocess.run(command, check=True, cwd=sources, env=environment, umask=umask, capture_output=True)
        built.append(hashlib.sha256(target.read_bytes()).hexdigest())
    assert built[0] == built[1]


def test_a_build_does_not_depend_on_the_times_and_modes_of_its_sources(sources, tmp_path, archive):
    copy = tmp_path / "copy"
    shutil.copytree(sources, copy, ignore=shutil.ignore_patterns(".cache"))
    for path in copy.rglob("*"):
        os.utime(path, (1, 1))
        path.chmod(0o700 if path.is_dir() else 0o640)
    assert build_plugin.build(copy, build_plugin.fetch(build_plugin.CACHE)) == archive


def test_every_file_is_roots_with_a_mode_of_its_own_and_one_time(archive, sources):
    members = files_of(archive)
    assert {(m.uid, m.gid, m.uname, m.gname, m.mtime) for m in members.values()} == {(0, 0, "root", "root", 1239148800)}
    programs = {name for name, m in members.items() if m.isfile() and m.mode == 0o755}
    scripts = {"scripts/install.sh", "scripts/update.sh", "scripts/uninstall.sh"}
    hooks = {f"hooks/{path.name}" for path in (sources / "plugin/hooks").glob("*.sh")}
    assert programs == {"admin/index.html", "admin/data.raw"} | scripts | hooks
    assert {m.mode for name, m in members.items() if name not in programs} == {0o755, 0o644}


def test_it_has_what_the_panels_documentation_asks_for(archive, sources):
    names = set(files_of(archive))
    menus = {
        "hooks/admin_txt.html",
        "hooks/admin_img.html",
        "images/menu_admin.json",
        "images/icon.svg",
        "images/icon.png",
    }
    assert {"plugin.conf", "LICENSE", "scripts/common.sh", *menus} <= names
    static = {
        f"images/{path.relative_to(sources / 'plugin/images')}"
        for path in pure_wheel.sources(sources / "plugin/images")
    }
    assert static <= names and not any(part.startswith(".") for name in names for part in name.split("/"))


def test_the_manifest_names_the_account_and_the_menu_and_leaves_the_rest_to_the_manager(archive, sources):
    conf = dict(line.split("=", 1) for line in content_of(archive, "plugin.conf").decode().splitlines())
    assert (
        conf["id"] == "dunning"
        and conf["admin_run_as"] == "dunning"
        and conf["version"] == pure_wheel.version_of(sources)
    )
    assert (conf["active"], conf["installed"]) == ("no", "no") and "update_url" not in conf
    assert conf["menu_admin"] in files_of(archive)


def test_a_host_with_a_mirror_of_its_own_can_name_it():
    assert b"\nupdate_url=https://mirror.example/dunning.tar.gz\n" in content_of(
        package("https://mirror.example/dunning.tar.gz"), "plugin.conf"
    )


def test_two_versions_in_one_package_are_refused(tmp_path):
    copy_sources(tmp_path)
    edit(tmp_path / "plugin.conf", r"^version=.*$", "version=9.9.9")
    with pytest.raises(SystemExit, match="different versions"):
        build_plugin.build(tmp_path, {})


def test_every_wheel_is_pure_and_fits_every_stated_python(wheels):
    for name, wheel in wheels.items():
        tags = {str(tag) for tag in parse_wheel_filename(name)[3]}
        assert "py3-none-any" in tags, name
        assert not [file for file in wheel.namelist() if file.endswith((".so", ".pyd", ".c"))], name
        fits = SpecifierSet(metadata(wheel).get("Requires-Python", ""))
        assert all(fits.contains(f"{python}.0") for python in PYTHONS), name


def test_every_wheel_is_whole_by_its_own_record(wheels):
    for name, wheel in wheels.items():
        assert wheel.testzip() is None
        (record,) = [file for file in wheel.namelist() if file.endswith(".dist-info/RECORD")]
        rows = [line.rsplit(",", 2)[0].strip('"') for line in wheel.read(record).decode().splitlines() if line]
        assert set(rows) == {file for file in wheel.namelist() if not file.endswith("/")}, name


def test_all_that_setup_cfg_and_the_packages_themselves_need_is_inside(archive, wheels):
    setup = ConfigParser()
    setup.read(ROOT / "setup.cfg")
    inside = {canonicalize_name(parse_wheel_filename(name)[0]): parse_wheel_filename(name)[1] for name in wheels}
    wanted = [Requirement(line) for line in setup["options"]["install_requires"].split("\n") if line]
    for wheel in wheels.values():
        wanted += [Requirement(line) for line in metadata(wheel).get_all("Requires-Dist") or ()]
    for need in wanted:
        # SQLAlchemy uses greenlet for asyncio alone; it is compiled, and nothing here is asynchronous.
        if need.name == "greenlet":
            continue
        for python in PYTHONS:
            here = {"python_version": python, "python_full_version": f"{python}.0", "extra": ""}
            if need.marker is None or need.marker.evaluate(here):
                assert need.specifier.contains(inside[canonicalize_name(need.name)], prereleases=True), str(need)


@pytest.mark.parametrize("python", PYTHONS)
def test_the_list_to_install_has_every_wheel_that_this_python_needs(archive, wheels, python):
    newer = {"importlib-metadata": "3.10", "zipp": "3.10", "tomli": "3.11"}
    every = {canonicalize_name(parse_wheel_filename(name)[0]) for name in wheels} - {"pip"}
    wanted = {
        name
        for name in every
        if name not in newer or tuple(map(int, python.split("."))) < tuple(map(int, newer[name].split(".")))
    }
    here = {"python_version": python}
    assert {
        canonicalize_name(need.name)
        for need in listed(archive)
        if (need.marker or Marker("python_version>'0'")).evaluate(here)
    } == wanted


def test_the_list_has_the_hash_of_every_wheel(archive, wheels):
    text = content_of(archive, "wheels/requirements.txt").decode()
    assert text.count("--hash=sha256:") == len(wheels) - 1
    for name in wheels:
        digest = hashlib.sha256(content_of(archive, f"wheels/{name}")).hexdigest()
        assert digest in text or name.startswith("pip-")


def test_dunnings_own_wheel_has_every_file_the_hooks_and_the_command(wheels, sources):
    (own,) = [wheel for name, wheel in wheels.items() if name.startswith("dunning_plugin-")]
    names = set(own.namelist())
    assert {
        str(path.relative_to(sources / "src")) for path in pure_wheel.sources(sources / "src/dunning_plugin")
    } <= names
    hooks = {path.name for path in (sources / "plugin/hooks").glob("*.sh")}
    assert hooks <= {name.rpartition("/")[2] for name in names if "/data/share/dunning/plugin/hooks/" in name}
    assert any(name.endswith("data/share/dunning/plugin.conf") for name in names)
    (commands,) = [name for name in names if name.endswith("entry_points.txt")]
    assert b"dunning = dunning_plugin.cli.main:main" in own.read(commands)


def test_the_pure_wheels_that_we_make_work_without_their_extension(archive, wheels, tmp_path):
    for name in wheels:
        if name.lower().startswith(("markupsafe", "pyyaml")):
            wheels[name].extractall(tmp_path)
    code = (
        "import markupsafe, yaml; print(markupsafe.escape('<a>'), yaml.safe_load('{a: [1, 2]}'), yaml.__with_libyaml__)"
    )
    # Without site-packages, so that no compiled one of this machine is found.
    command = [sys.executable, "-S", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {code}"]
    assert subprocess.check_output(command, text=True) == "&lt;a&gt; {'a': [1, 2]} False\n"


def test_what_is_fetched_is_pinned_by_hash_and_names_no_host():
    for lock in build_plugin.LOCKS:
        text = (ROOT / "tools" / lock).read_text()
        assert len(build_plugin.PIN.findall(text)) == text.count("==") > 0 and "://" not in text


def test_nothing_is_fetched_once_the_cache_is_full(tmp_path, monkeypatch):
    monkeypatch.setattr(build_plugin, "_download", lambda *_: pytest.fail("asked the network"))
    assert len(build_plugin.fetch(build_plugin.CACHE)) == 27
    monkeypatch.setattr(build_plugin, "_download", lambda *_: None)
    with pytest.raises(SystemExit, match="could be fetched"):
        build_plugin.fetch(tmp_path)


def test_a_changed_file_in_the_cache_is_not_used(tmp_path, monkeypatch):
    for name, content in build_plugin.fetch(build_plugin.CACHE).items():
        (tmp_path / name).write_bytes(content + (b"x" if name.startswith("flask") else b""))
    monkeypatch.setattr(build_plugin, "_download", lambda *_: None)
    with pytest.raises(SystemExit, match="could be fetched"):
        build_plugin.fetch(tmp_path)


def test_the_icon_is_a_picture_of_48_by_48_with_transparent_corners():
    picture = icon.png()
    assert picture.startswith(b"\x89PNG\r\n\x1a\n") and struct.unpack(">II", picture[16:24]) == (48, 48)
    length = struct.unpack(">I", picture[33:37])[0]
    body = picture[37 : 41 + length]
    assert zlib.crc32(body) == struct.unpack(">I", picture[41 + length : 45 + length])[0]
    rows = zlib.decompress(body[4:])
    assert len(rows) == 48 * (1 + 48 * 4) and rows[1:5] == b"\0\0\0\0"
    middle = 24 * (1 + 48 * 4) + 1 + 4 * 24
    assert rows[middle : middle + 4] == b"\xff\xff\xff\xff"
    assert re.findall(rb'viewBox="([^"]+)"', icon.svg()) == [b"0 0 48 48"]
