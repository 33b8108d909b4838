"""The notice as dunning.yaml wants it: linted before the layer exists, so that nothing unfit is ever published."""

from typing import Callable, Dict, List, Mapping, Sequence, Tuple

from dunning_plugin.config.settings import Config, PanelSettings
from dunning_plugin.notice.htaccess import DEFAULT_PAGE
from dunning_plugin.notice.lint import lint
from dunning_plugin.notice.publish import NoticeLayer
from dunning_plugin.notice.render import MARKER, SPECIMEN, pages, texts

NOT_SERVED = ("default",)
"""`default` is copied into new domains' sites and never served itself: a .htaccess in it would go on answering 503
there after everything was restored, so it holds the page alone, which the site's owner replaces by his own."""


def notice_layer(
    config: Config, settings: PanelSettings, names: Sequence[str], language_of: Callable[[str], str]
) -> NoticeLayer:
    """The layer for one panel. `names` may not stand in any page; `language_of` gives an account's language or ''.

    InputErrors if the contact or the template may not be published, here and not when it is published. An account
    whose own name stands in the page is found out when its files are asked for, before anything of it is touched."""
    pages(config.notice, config.host.contact, SPECIMEN, config.host.language, names)
    made: Dict[Tuple[str, str, str], Mapping[str, bytes]] = {}

    def files_for(name: str, place: str, case_ref: str) -> Mapping[str, bytes]:
        language = language_of(name) or config.host.language
        key = (name, language, case_ref)
        if key not in made:
            hidden = [*names, *account_names(config, name)]
            made[key] = pages(config.notice, config.host.contact, case_ref, language, hidden)
        files = made[key]
        return {file: files[file] for file in (DEFAULT_PAGE, MARKER)} if place in NOT_SERVED else files

    return NoticeLayer(settings.root, files_for)


def account_names(config: Config, name: str) -> List[str]:
    """The account's name as one that may not stand in his page; none if it is a word of our own sentences or of the
    host's name, where it says nothing about the account."""
    harmless = " ".join([config.host.name, *(text for language in texts().values() for text in language.values())])
    return [] if lint(harmless, [name]) else [name]
