"""`python -m dunning_plugin` is the command `dunning`."""

from dunning_plugin.cli.main import main

main()
