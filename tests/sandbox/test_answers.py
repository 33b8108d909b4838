"""How the panel writes its answers: the recorded encodings, and the shapes that public clients read."""

import json
import re

import pytest
import requests

from tests.sandbox.small import ask, give_key, logged_in, pairs, raw, select, small_panel

RECORDED = "ns%31=ns%31%2E"
"""A piece of the recorded SHOW_USER_CONFIG of 2020."""


def test_everything_but_letters_is_percent_encoded_keys_too(shared):
    answer = ask(shared, "GET", "/CMD_API_SHOW_USER_CONFIG?user=anna")
    text = answer.text
    assert RECORDED in text and "email%5Flimit=%31%30%30%30" in text and "date%5Fcreated=" in text
    assert re.fullmatch(
        r"([A-Za-z]|%[0-9A-F]{2})+=([A-Za-z]|%[0-9A-F]{2})*(&([A-Za-z]|%[0-9A-F]{2})+=([A-Za-z]|%[0-9A-F]{2})*)*", text
    )
    keys = [part.partition("=")[0] for part in text.split("&")]
    assert keys == sorted(keys)


def test_a_space_is_percent_20_and_an_odd_name_comes_back_whole(fresh):
    fresh.disk.change("anna", name='O\'Hara & "Zn" =é;+ %41')
    answer = ask(fresh, "GET", "/CMD_API_SHOW_USER_CONFIG?user=anna")
    assert "+" not in answer.text and "%20" in answer.text
    assert pairs(answer.text)["name"] == 'O\'Hara & "Zn" =é;+ %41'


def test_a_config_has_features_as_on_and_off_and_suspended_as_yes_and_no(shared):
    config = pairs(ask(shared, "GET", "/CMD_API_SHOW_USER_CONFIG?user=anna").text)
    assert (config["account"], config["aftp"], config["suspended"], config["zoom"]) == ("ON", "OFF", "no", "100")
    assert (config["username"], config["usertype"], config["creator"]) == ("anna", "user", "webbouw")
    assert re.fullmatch(r"[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}", config["date_created"])


@pytest.mark.parametrize("secret", ["uid", "suspended_reason", "suspended_details"])
@pytest.mark.parametrize("command", ["SHOW_USER_CONFIG?user=webbouw", "SHOW_RESELLER_CONFIG?user=webbouw"])
def test_what_only_the_sandbox_keeps_in_user_conf_is_not_shown(fresh, secret, command):
    fresh.disk.set_suspended("webbouw", True, "abuse", "he knows")
    assert secret in fresh.disk.config("webbouw")
    assert secret not in pairs(ask(fresh, "GET", f"/CMD_API_{command}").text)


def test_a_list_is_list_brackets_as_plain_text(shared):
    answer = ask(shared, "GET", "/CMD_API_SHOW_USERS?reseller=webbouw")
    assert answer.text == "list[]=anna&list[]=bert"
    assert answer.headers["Content-Type"] == "text/plain"


def test_answers_carry_the_recorded_headers(shared):
    headers = ask(shared, "GET", "/CMD_API_SHOW_RESELLERS").headers
    assert headers["Server"].startswith("DirectAdmin Daemon v")
    assert headers["X-Frame-Options"] == "sameorigin" and headers["Vary"]
    assert headers["Set-Cookie"].startswith("session=; path=/; expires=") and "HttpOnly" in headers["Set-Cookie"]


def test_an_answer_has_each_header_once_however_often_it_was_given(shared):
    browser = logged_in(shared)
    counts = [
        len(browser.post(shared.url + "/api/session/login-as/return").raw.headers.getlist("X-Frame-Options"))
        for _ in range(5)
    ]
    assert counts == [1] * 5


def test_json_success_has_no_error_key_and_is_indented_with_tabs(shared):
    answer = ask(shared, "GET", "/CMD_API_LOGIN_TEST?json=yes")
    assert answer.text == '{\n\t"result": "",\n\t"success": "Login OK"\n}\n'
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"


def test_json_failure_has_error_and_result_and_no_success(shared):
    answer = ask(shared, "POST", "/CMD_API_SELECT_USERS", data={"json": "yes"})
    assert answer.json() == {"error": "Unkown Select Command", "result": "none"}


def test_a_text_success_says_error_0_login_ok(shared):
    assert pairs(ask(shared, "GET", "/CMD_API_LOGIN_TEST").text)["error"] == "0"
    assert pairs(ask(shared, "GET", "/CMD_API_LOGIN_TEST").text)["text"] == "Login OK"


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("SHOW_RESELLERS", ["webbouw", "noord"]),
        ("SHOW_ALL_USERS", ["anna", "bert", "carl"]),
        ("SHOW_USERS?reseller=noord", ["carl"]),
        ("SHOW_ADMINS", ["admin"]),
    ],
)
def test_json_lists_of_names_are_bare_arrays(shared, command, names):
    assert ask(shared, "GET", f"/CMD_API_{command}", params={"json": "yes"}).json() == names


def test_an_empty_json_list_is_an_array_too(shared):
    assert ask(shared, "GET", "/CMD_API_SHOW_USERS?json=yes").json() == []


def test_user_show_is_an_object_with_numeric_keys_and_suspended_as_value_and_reason(fresh):
    fresh.disk.set_suspended("bert", True, "abuse", "spam run")
    shown = ask(fresh, "GET", "/CMD_API_USER_SHOW?json=yes&reseller=webbouw").json()
    assert [shown[key]["username"] for key in ("0", "1")] == ["anna", "bert"]
    assert shown["0"]["suspended"] == {"value": "no", "reason": ""}
    assert shown["1"]["suspended"] == {"value": "yes", "reason": "spam run"}
    assert isinstance(shown["0"]["vdomains"]["usage"], str) and set(shown) == {"0", "1", "info"}


def test_user_show_comes_in_pages_of_the_asked_size(shared):
    first = ask(shared, "GET", "/CMD_API_ALL_USER_SHOW?json=yes&ipp=2").json()
    second = ask(shared, "GET", "/CMD_API_ALL_USER_SHOW?json=yes&ipp=2&page=2").json()
    assert [first["0"]["username"], first["1"]["username"], second["0"]["username"]] == ["anna", "bert", "carl"]
    assert (first["info"]["rows"], first["info"]["total_pages"]) == ("3", "2") and "1" not in second


def test_nested_values_are_encoded_twice(fresh):
    give_key(fresh, "admin", "nested-key", allow=["CMD_API_SHOW_USERS"], created_by="admin")
    once = pairs(ask(fresh, "GET", "/CMD_API_LOGIN_KEYS").text)["keynested-k"]
    assert "allow=" in once and "CMD%5FAPI%5FSHOW%5FUSERS" in once
    assert pairs(once)["allow"] == "CMD_API_SHOW_USERS"


def test_additional_domains_are_nested_under_the_domains_name(shared):
    rows = pairs(ask(shared, "GET", "/CMD_API_ADDITIONAL_DOMAINS", "anna").text)
    assert list(rows) == ["anna.example"]
    assert pairs(rows["anna.example"])["domain"] == "anna.example" and pairs(rows["anna.example"])["active"] == "yes"


def test_domains_of_a_user_have_their_names_as_keys(shared):
    rows = pairs(ask(shared, "GET", "/CMD_API_SHOW_USER_DOMAINS?user=anna").text)
    assert list(rows) == ["anna.example"] and len(rows["anna.example"].split(":")) == 10


def test_an_unknown_old_command_answers_a_page_of_the_skin_not_an_error(shared):
    answer = ask(shared, "GET", "/CMD_API_NO_SUCH_THING?json=yes")
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "text/html"
    assert "<title>DirectAdmin</title>" in answer.text and "error" not in answer.text


def test_a_command_is_known_without_api_in_its_name_too(shared):
    assert ask(shared, "GET", "/CMD_SHOW_USERS?reseller=noord").text == "list[]=carl"


@pytest.mark.parametrize("how", ["query of a get", "body", "query of a post", "body called json"])
def test_parameters_are_taken_from(shared, how):
    parameters = {"reseller": "noord"}
    label = {"Content-Type": "application/json"}
    answer = {
        "query of a get": lambda: ask(shared, "GET", "/CMD_API_SHOW_USERS", params=parameters),
        "body": lambda: ask(shared, "POST", "/CMD_API_SHOW_USERS", data=parameters),
        "query of a post": lambda: ask(shared, "POST", "/CMD_API_SHOW_USERS", params=parameters),
        "body called json": lambda: ask(shared, "POST", "/CMD_API_SHOW_USERS", data="reseller=noord", headers=label),
    }[how]()
    assert answer.text == "list[]=carl"


def test_the_body_wins_over_the_query(shared):
    answer = ask(shared, "POST", "/CMD_API_SHOW_USERS?reseller=webbouw", data={"reseller": "noord"})
    assert answer.text == "list[]=carl"


@pytest.mark.parametrize(
    ("option", "text", "in_json"),
    [
        ("by form", "Success", "User suspended"),
        ("Success", "Success", "Success"),
        ("User suspended", "User suspended", "User suspended"),
    ],
)
def test_the_text_of_a_successful_suspension_is_switchable(tmp_path, option, text, in_json):
    with small_panel(tmp_path, suspend_success_text=option) as panel:
        done = pairs(select(panel, ["anna"], suspend="Suspend").text)
        assert (done["error"], done["text"]) == ("0", text)
        assert done["details"] == "All selected Users have been suspended"
        assert select(panel, ["bert"], suspend="Suspend", json="yes").json()["success"] == in_json


def test_the_api_endpoints_answer_camel_case_and_real_booleans(shared):
    config = ask(shared, "GET", "/api/users/anna/config").json()
    assert config["suspended"] is False and config["userType"] == "user" and config["creator"] == "webbouw"
    assert config["domains"] == ["anna.example"]


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/api/users/nobody/config", 404, "NOT_FOUND"),
        ("/api/nothing", 404, "NOT_FOUND"),
        ("/api/sessions", 405, "METHOD_NOT_ALLOWED"),
    ],
)
def test_an_api_error_names_its_type(shared, path, status, kind):
    answer = ask(shared, "PUT" if status == 405 else "GET", path)
    assert (answer.status_code, answer.json()["type"]) == (status, kind)


def test_the_public_info_needs_no_login(shared):
    info = requests.get(shared.url + "/api/info", timeout=10)
    assert info.status_code == 200 and info.json()["license"]["active"] is True


def test_answers_follow_one_another_on_one_connection(shared):
    request = b"GET /api/info HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = raw(shared.url, request * 3)
    assert answer.count(b"HTTP/1.1 200") == 3
    assert json.loads(answer.rsplit(b"\r\n\r\n", 1)[1])["hostname"]
