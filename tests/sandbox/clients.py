"""Old commands as PHP and Perl clients send them: urlencoded both ways, no JSON."""

from urllib.parse import parse_qs

from tests.sandbox.small import ask, pairs

NEW = {
    "action": "create",
    "add": "Submit",
    "email": "example@127.0.0.1",
    "passwd": "Secret-123",
    "passwd2": "Secret-123",
}


def call(panel, method, command, user="admin", form=None):
    """The text of an answer, with its pairs decoded once; a list as a list. Never a page, never an error status."""
    more = {"params": form} if method == "GET" else {"data": form}
    answer = ask(panel, method, f"/CMD_API_{command}", user, **more)
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "text/plain", answer.text
    if answer.text.startswith("list[]="):
        return parse_qs(answer.text)["list[]"]
    return pairs(answer.text) if answer.text else {}


def good(answer):
    """An outcome without an error: its text."""
    assert answer["error"] == "0", answer
    return answer["text"]
