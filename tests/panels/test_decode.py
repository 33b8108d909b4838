"""DirectAdmin's answers as recorded and reported, decoded; and the client's refusals, on recorded answers."""

import pytest
import responses

from dunning_plugin.config.settings import PanelSettings
from dunning_plugin.errors import PanelChanged, PanelRefused
from dunning_plugin.model import reference_in
from dunning_plugin.panels.directadmin import decode
from dunning_plugin.panels.directadmin.client import Client

URL = "https://da1.example.net:2222"


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("ref K7QM&#452XHB", "ref K7QM-2XHB"),
        ("ref K7QM&#45;2XHB", "ref K7QM-2XHB"),
        ("O&#39Hara &#38; Zn", "O'Hara & Zn"),
        ("&#38;lt;", "&lt;"),
        ("jan&#64example&#46;nl", "jan@example.nl"),
    ],
)
def test_entities_with_and_without_a_semicolon(text, plain):
    assert decode.plain(text) == plain


def test_a_reference_is_known_again_through_old_entities():
    assert reference_in(decode.plain("administrative reasons, ref K7QM&#452XHB")) == "K7QM-2XHB"


def test_answers_encoded_to_excess_are_decoded_keys_too():
    text = "date%5Fcreated=Tue%20Oct%20%20%36&email%5Flimit=%31%30%30%30&name=O&#39Hara&ns%31=ns%31%2Eexample&package="
    assert decode.pairs(text) == {
        "date_created": "Tue Oct  6", "email_limit": "1000", "name": "O'Hara", "ns1": "ns1.example", "package": ""
    }  # fmt: skip


@pytest.mark.parametrize("text", ["list[]=anna&list[]=bert", "list%5B%5D=anna&list%5B%5D=bert", "list=anna,bert"])
def test_lists_of_old_and_new_versions(text):
    assert decode.document("da1", "/CMD_API_SHOW_RESELLERS", text) == ["anna", "bert"]


@pytest.mark.parametrize("text", ["<html>DirectAdmin Login</html>", "", "Access Denied", "error=0&text=x"])
def test_an_answer_in_no_known_form_is_never_taken_for_a_listing(text):
    with pytest.raises(PanelChanged, match="does not know"):
        decode.document("da1", "/CMD_ALL_USER_SHOW", text)


@pytest.mark.parametrize(
    "answer",
    [
        {"error": "Cannot Suspend", "result": "User jan did not exist on the server."},
        {"error": "1", "text": "Cannot Suspend", "details": "User jan did not exist on the server."},
    ],
)
def test_a_refusal_is_told_in_the_panels_words(answer):
    with pytest.raises(PanelRefused, match="Cannot Suspend User jan did not exist"):
        decode.refused("da1", "/CMD_API_SELECT_USERS", answer)


@pytest.mark.parametrize("answer", [{"result": "", "success": "record added"}, {"error": "0", "text": "Success"}, []])
def test_success_without_an_error_key_is_none(answer):
    decode.refused("da1", "/CMD_API_SELECT_USERS", answer)


@pytest.fixture
def client(tmp_path):
    secret = tmp_path / "secret"
    secret.touch(mode=0o600)
    secret.write_text("s3cret")
    return Client("da1", PanelSettings("directadmin", URL, "admin", secret))


@responses.activate
@pytest.mark.parametrize("word", ["Unauthorized", "unauthorized"])
def test_an_old_versions_login_page_closes_the_client_as_a_401_does(client, word):
    page = responses.get(
        f"{URL}/CMD_API_SHOW_RESELLERS", "<title>DirectAdmin Login</title>", headers={"X-DirectAdmin": word}
    )
    for _ in range(2):
        with pytest.raises(PanelRefused, match="does not accept the login"):
            client.get("/CMD_API_SHOW_RESELLERS")
    assert page.call_count == 1


@responses.activate
def test_a_redirect_is_not_followed(client):
    responses.get(f"{URL}/CMD_API_SHOW_RESELLERS", status=302, headers={"Location": "https://elsewhere.example/"})
    with pytest.raises(PanelChanged, match="status 302"):
        client.get("/CMD_API_SHOW_RESELLERS")
