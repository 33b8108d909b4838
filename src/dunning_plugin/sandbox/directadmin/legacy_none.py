"""The old commands about what the sandbox's accounts have none of: lists are empty, and changing them is refused."""

from dunning_plugin.sandbox.directadmin.auth import Caller
from dunning_plugin.sandbox.directadmin.commands import Legacy, command, listed
from dunning_plugin.sandbox.directadmin.encode import result
from dunning_plugin.sandbox.directadmin.wire import Request, Response

CHANGING = ("add", "create", "delete", "modify", "save")


@command("CRON_JOBS")
@command("EMAIL_AUTORESPONDER")
@command("EMAIL_LIST")
@command("EMAIL_VACATION")
@command("FTP")
@command("REDIRECT")
def none_of_these(panel: Legacy, caller: Caller, request: Request, as_json: bool) -> Response:
    """A client that walks over everything finds nothing, rather than a page of the skin."""
    form = request.form
    domain = form.get("domain")
    if domain and domain.lower() not in panel.disk.domains(caller.name):
        return result(as_json, True, "Unable to show list", "You do not own that domain")
    if form.get("action") in CHANGING or form.get("delete"):
        return result(as_json, True, "Cannot change that", "Not in the sandbox")
    return listed([], as_json)
