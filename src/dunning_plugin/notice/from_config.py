"""The notice as dunning.yaml wants it: linted before the layer exists, so that nothing unfit is ever published."""

from typing import Callable, Dict, Mapping, Sequence, Tuple

from dunning_plugin.config.settings import Config, PanelSettings
from dunning_plugin.notice.publish import NoticeLayer
from dunning_plugin.notice.render import pages

NOT_SERVED = ("default",)
"""`default` is copied into new domains' sites and never served itself: a .htaccess in it would go on answering 503
there after everything was restored, so it holds the page alone."""


def notice_layer(
    config: Config, settings: PanelSettings, names: Sequence[str], language_of: Callable[[str], str]
) -> NoticeLayer:
    """The layer for one panel. `names` may not stand in any page; `language_of` gives an account's language or ''.

    InputErrors if the contact or the template may not be published."""
    pages(config.notice, config.host.contact, "AAAA-2222", config.host.language, names)
    made: Dict[Tuple[str, str], Mapping[str, bytes]] = {}

    def files_for(name: str, place: str, case_ref: str) -> Mapping[str, bytes]:
        language = language_of(name) or config.host.language
        key = (language, case_ref)
        if key not in made:
            made[key] = pages(config.notice, config.host.contact, case_ref, language, names)
        files = made[key]
        return {file: text for file, text in files.items() if file != ".htaccess"} if place in NOT_SERVED else files

    return NoticeLayer(settings.root, files_for)
