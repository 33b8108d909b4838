"""What plugins put into the skin's menus: the first page that an admin sees, classic and Evolution."""

import html
import json
from pathlib import Path
from typing import Any, Dict, Iterator, List
from urllib.parse import quote

from dunning_plugin.sandbox.directadmin.auth import Caller
from dunning_plugin.sandbox.directadmin.disk import Disk
from dunning_plugin.sandbox.directadmin.hooks import plugin_conf
from dunning_plugin.sandbox.directadmin.wire import Response

PAGE = """<!DOCTYPE html>
<html lang="en"><head><title>{title}</title></head><body><header>{title}</header>
<main><h1>{name}</h1>{body}</main></body></html>
"""


def classic(disk: Disk, caller: Caller) -> Response:
    """The classic skin's page: `hooks/<level>_txt.html` and `_img.html` of every plugin under Extra Features.

    They are put in as they are, as the panel does: a plugin is installed by root."""
    entries = [(folder / "hooks" / f"{caller.kind}_{kind}.html") for folder in at_work(disk) for kind in ("txt", "img")]
    texts = [path.read_text("utf-8", "replace") for path in entries if path.is_file()]
    items = "".join(f"<li>{text.strip()}</li>" for text in texts)
    other = '<p><a href="/evo/">Evolution</a></p>'
    return _page("DirectAdmin", caller, other + _section("Extra Features", items))


def evolution(disk: Disk, caller: Caller) -> Response:
    """Evolution's page: the JSON menus of plugins; what leads to a plugin's page opens in the frame."""
    sections = []
    for folder in at_work(disk):
        for category in _menu(folder, caller.kind):
            links = "".join(f"<li>{_link(entry)}</li>" for entry in _objects(category.get("entries")))
            sections.append(_section(str(category.get("name", "")), links))
    return _page("DirectAdmin Evolution", caller, "".join(sections))


def at_work(disk: Disk) -> Iterator[Path]:
    """The folders of the plugins that are installed and active."""
    for folder in sorted((disk.da / "plugins").iterdir()):
        conf = plugin_conf(folder)
        if conf.get("active") == "yes" and conf.get("installed") == "yes" and conf.get("id") == folder.name:
            yield folder


def _menu(folder: Path, level: str) -> List[Dict[str, Any]]:
    """The categories of a plugin's menu file below images/; none if it has none that can be read."""
    name = plugin_conf(folder).get(f"menu_{level}", "")
    images, path = (folder / "images").resolve(), (folder / name).resolve()
    if not name or images not in path.parents:
        return []
    try:
        loaded = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return []
    return _objects(loaded)


def _objects(found: Any) -> List[Dict[str, Any]]:
    """The objects of a list; none if it is something else."""
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def _link(entry: Dict[str, Any]) -> str:
    href = str(entry.get("href", ""))
    if href.startswith("/CMD_PLUGINS"):
        href = f"/evo/plugin?src={quote(href, safe='')}"
    target = ' target="_blank"' if entry.get("newTab") else ""
    icon = f'<img src="{html.escape(str(entry["icon"]))}" alt="" width="24" height="24"> ' if entry.get("icon") else ""
    return f'<a href="{html.escape(href)}"{target}>{icon}{html.escape(str(entry.get("name", "")))}</a>'


def _section(title: str, items: str) -> str:
    return f"<h2>{html.escape(title)}</h2><ul>{items}</ul>" if items else ""


def _page(title: str, caller: Caller, body: str) -> Response:
    page = PAGE.format(title=title, name=html.escape(caller.name), body=body)
    return Response(200, page.encode("utf-8"), "text/html; charset=utf-8")
