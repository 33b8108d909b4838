"""What every command shares."""

from dunning_plugin.installation import Installation


class Context(Installation):
    """The installation for as long as one command runs; commands take what they need and nothing is opened in vain."""
