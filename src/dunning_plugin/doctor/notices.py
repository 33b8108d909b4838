"""The neutral notice as it would be published: its texts pass the lint, its contact helps a visitor."""

from typing import Iterator

from dunning_plugin.config import Config
from dunning_plugin.doctor.finding import Finding, Level, mistakes
from dunning_plugin.errors import DunningError


def check_notice(config: Config) -> Iterator[Finding]:
    """Build the notice for every panel on whose disk it can be published; nothing is written."""
    from dunning_plugin.notice.from_config import notice_layer

    contact = config.host.contact
    if not (contact.email or contact.phone or contact.url):
        remedy = "give host.contact an email, phone or url: the notice is all that a visitor gets to see"
        yield Finding(Level.BAD, "notice", "tells nobody how to reach you", remedy)
    local = [settings for settings in config.panels.values() if settings.local]
    try:
        for settings in local:
            notice_layer(config, settings, [], lambda name: "")
    except DunningError as error:
        yield from mistakes("notice", error)
        return
    if local:
        yield Finding(Level.OK, "notice", f"speaks {', '.join(config.notice.languages)}, and names no debt")
