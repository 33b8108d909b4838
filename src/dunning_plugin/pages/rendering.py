"""Templates to HTML fragments, in the language of whoever asks. Everything is escaped; nothing undefined passes."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from dunning_plugin.pages import addresses
from dunning_plugin.pages.desk import desk, person, tongue
from dunning_plugin.pages.speech import Speech

TEMPLATES = Path(__file__).with_name("templates")


@lru_cache(maxsize=1)
def environment() -> Environment:
    """Compiled once; not Flask's own, which escapes by a template's name and ours end in .j2."""
    found = Environment(
        loader=FileSystemLoader(str(TEMPLATES)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        cache_size=-1,
    )
    found.globals.update(address=addresses.page, data_address=addresses.data)
    return found


def render(template: str, here: str, **values: Any) -> str:
    """The fragment. `here`: the menu's entry that it belongs to, '' for none."""
    speech = tongue()
    zone = desk().installation.config.host.zone
    return piece(
        template,
        speech,
        moment=lambda instant: speech.moment(instant, zone),
        css=addresses.static("css"),
        js=addresses.static("js"),
        action=addresses.BASE + "/index.html",
        who=_who(speech),
        here=here,
        **values,
    )


def piece(template: str, speech: Speech, **values: Any) -> str:
    """A part that is the same for whoever asks in that language."""
    return (
        environment()
        .get_template(template)
        .render(
            t=speech.text,
            number=speech.number,
            money=speech.money,
            day=speech.day,
            size=speech.size,
            language=speech.language,
            **values,
        )
    )


def _who(speech: Speech) -> str:
    """The admin, and who really sits there under login-as."""
    name, master = person().name, person().master
    return speech.text("layout.who_behind", name=name, master=master) if master else name
