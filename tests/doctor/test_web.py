"""Whether the panel's web server will honour the notice's .htaccess."""

from pathlib import Path

import pytest

from dunning_plugin.doctor.finding import Finding, Level
from dunning_plugin.doctor.web import check_web_server

HOMES = '<Directory "/home/*">\n    Options +SymLinksIfOwnerMatch\n    AllowOverride {}\n</Directory>\n'


def only(root: Path) -> Finding:
    (finding,) = check_web_server("da1 web server", root)
    return finding


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_apache_that_allows_it_for_the_homes_is_well(tmp_path: Path):
    write(tmp_path / "etc/httpd/conf/extra/httpd-directories.conf", HOMES.format("All"))
    assert only(tmp_path).level is Level.OK


def test_apache_that_forbids_it_for_the_homes_is_told(tmp_path: Path):
    write(tmp_path / "etc/httpd/conf/extra/httpd-directories.conf", HOMES.format("None"))
    assert only(tmp_path).level is Level.WARN
    assert "AllowOverride All" in only(tmp_path).remedy


def test_what_holds_for_other_folders_says_nothing_about_the_homes(tmp_path: Path):
    write(tmp_path / "etc/httpd/conf/httpd.conf", HOMES.format("None").replace("/home/*", "/var/www"))
    assert "no configuration" in only(tmp_path).what


@pytest.mark.parametrize("server, told", [("nginx", True), ("nginx_apache", False), ("openlitespeed", False)])
def test_only_nginx_alone_serves_the_notice_with_200(tmp_path: Path, server: str, told: bool):
    write(tmp_path / "usr/local/directadmin/custombuild/options.conf", f"php1_release=8.2\nwebserver={server}\n")
    assert ("nginx reads no .htaccess" in only(tmp_path).what) is told
