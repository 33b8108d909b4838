"""What public DNS clients send to CMD_API_DNS_CONTROL, request by request, and what their parsers need of the answer:
dns-lexicon, certbot-dns-directadmin, acme.sh's dns_da, lego's directadmin, a lego exec script, libdns, a Perl client."""

import json
import re
from urllib.parse import parse_qs, quote

import pytest

from tests.sandbox.small import ask, give_key, pairs

DOMAIN = "anna.example"


def control(panel, method="GET", user="anna", headers=None, data=None, **query):
    text = "&".join(f"{key}={quote(value)}" for key, value in query.items())
    return ask(panel, method, f"/CMD_API_DNS_CONTROL?{text}", user, headers=headers, data=data)


def records(panel, kind, domain=DOMAIN):
    """name, value and time to live of all records of a kind, as the JSON list has them."""
    rows = control(panel, domain=domain, json="yes").json()["records"]
    return [(row["name"], row["value"], row.get("ttl")) for row in rows if row["type"] == kind]


class TestList:
    def test_a_fresh_domain_has_the_recorded_hosts_and_flags(self, shared):
        answer = control(shared, json="yes", domain=DOMAIN)
        data = answer.json()
        assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
        assert [name for name, _, _ in records(shared, "A")] == [f"{DOMAIN}.", "ftp", "mail", "pop", "smtp", "www"]
        assert records(shared, "NS") == [(f"{DOMAIN}.", f"ns{one}.host.example.", None) for one in (1, 2)]
        assert {key: data[key] for key in ("dns_ttl", "full_mx_records", "dns_spf")} == {
            "dns_ttl": "1",
            "full_mx_records": "1",
            "dns_spf": "0",
        }

    def test_the_list_is_indented_with_tabs_all_the_way_down(self, shared):
        text = control(shared, json="yes", domain=DOMAIN).text
        assert text.startswith('{\n\t"records": [\n\t\t{\n\t\t\t"type": "A",\n\t\t\t"name": "') and text.endswith("}\n")

    def test_a_record_names_itself_in_combined_and_has_its_time_to_live_as_text(self, shared):
        (row,) = [row for row in control(shared, json="yes", domain=DOMAIN).json()["records"] if row["name"] == "ftp"]
        assert row == {
            "type": "A",
            "name": "ftp",
            "value": "192.0.2.10",
            "combined": "name=ftp&value=192.0.2.10",
            "ttl": "14400",
        }

    def test_a_mail_exchanger_is_host_and_number_unless_full_records_are_asked_for(self, shared):
        full = control(shared, json="yes", domain=DOMAIN, full_mx_records="yes").json()["records"]
        assert records(shared, "MX") == [("mail", "10", None)]
        assert [(row["name"], row["value"]) for row in full if row["type"] == "MX"] == [(f"{DOMAIN}.", "10 mail")]

    def test_without_json_it_is_the_zone_file_that_a_perl_client_parses(self, shared):
        text = control(shared, domain=DOMAIN, noparse="1").text
        rows = [re.fullmatch(r"(\S+)\s+(\d+)\s+IN\s+(\S+)\s+(.*)", line) for line in text.split("\n")]
        assert ("ftp", "14400", "A", "192.0.2.10") in [row.groups() for row in rows if row]
        assert text == (shared.root / f"etc/bind/{DOMAIN}.db").read_text()

    @pytest.mark.parametrize("domain", ["bert.example", "nobody.example", "../../etc/passwd"])
    def test_a_domain_of_somebody_else_is_refused_in_the_panels_words(self, shared, domain):
        answer = control(shared, json="yes", domain=domain).json()
        assert (answer["error"], "records" in answer) == ("Cannot View Dns Record", False)

    def test_without_a_domain_the_refusal_is_the_one_that_acme_sh_notes(self, shared):
        assert control(shared).text == "error=1&text=Cannot%20View%20Dns%20Record&details=No%20domain%20provided"

    def test_an_account_without_dns_control_changes_nothing(self, fresh):
        fresh.disk.change("anna", dnscontrol="OFF")
        answer = control(fresh, json="yes", domain=DOMAIN, action="add", type="TXT", name="x", value="y")
        assert "error" in answer.json() and "\tTXT\ty" not in fresh.disk.zones.text(DOMAIN)


class TestLexicon:
    """GETs with json=yes and the whole name with a dot at its end; answers as recorded in its tests (2019)."""

    def add(self, panel, name, value, **more):
        whole = f"{name}.{DOMAIN}."
        return control(panel, action="add", json="yes", name=whole, type="TXT", value=value, domain=DOMAIN, **more)

    def test_its_login_reads_the_list_of_domains_whatever_else_it_says(self, shared):
        text = ask(shared, "GET", f"/CMD_API_SHOW_DOMAINS?domain={DOMAIN}", "anna").text
        assert [part.split("=").pop() for part in text.split("&")] == [DOMAIN]

    def test_a_wrong_password_is_a_status_of_401(self, shared):
        assert ask(shared, "GET", "/CMD_API_SHOW_DOMAINS", "anna", "wrong").status_code == 401

    def test_add_answers_record_added_and_keeps_name_value_and_time(self, fresh):
        answer = self.add(fresh, "_acme-challenge.test", "challengetoken", ttl="3600")
        assert answer.text == '{\n\t"result": "",\n\t"success": "record added"\n}\n'
        assert (f"_acme-challenge.test.{DOMAIN}.", "challengetoken", "3600") in records(fresh, "TXT")

    def test_two_values_of_one_name_stand_side_by_side(self, fresh):
        for value in ("challengetoken1", "challengetoken2"):
            self.add(fresh, "_acme-challenge.set", value)
        assert [row[1] for row in records(fresh, "TXT") if row[0].startswith("_acme")] == [
            "challengetoken1",
            "challengetoken2",
        ]

    def test_edit_takes_the_named_record_out_and_puts_the_new_one_in(self, fresh):
        self.add(fresh, "orig.test", "challengetoken", ttl="3600")
        old, new = f"name=orig.test.{DOMAIN}.&value=challengetoken", f"updated.test.{DOMAIN}."
        changed = {"name": new, "type": "TXT", "value": "challengetoken", "domain": DOMAIN}
        answer = control(fresh, action="edit", json="yes", txtrecs9=old, **changed)
        assert answer.json() == {"result": "", "success": "record added"}
        assert (new, "challengetoken", "14400") in records(fresh, "TXT")
        assert "orig.test" not in fresh.disk.zones.text(DOMAIN)

    def test_select_deletes_by_name_and_value_whatever_the_number(self, fresh):
        for value in ("token1", "token2"):
            self.add(fresh, "_acme-challenge.delete", value)
        gone = f"name=_acme-challenge.delete.{DOMAIN}.&value=token1"
        answer = control(fresh, action="select", json="yes", txtrecs7=gone, domain=DOMAIN)
        assert answer.json() == {"result": "", "success": "Records Deleted"}
        assert "token1" not in fresh.disk.zones.text(DOMAIN) and "token2" in fresh.disk.zones.text(DOMAIN)

    def test_deleting_what_is_not_there_is_answered_alike_and_changes_nothing(self, fresh):
        before = records(fresh, "TXT")
        gone = f"name=nothing.{DOMAIN}.&value=x"
        answer = control(fresh, action="select", json="yes", txtrecs0=gone, domain=DOMAIN)
        assert answer.json()["success"] == "Records Deleted" and records(fresh, "TXT") == before

    @pytest.mark.parametrize(
        ("kind", "value"), [("A", "127.0.0.1"), ("CNAME", "docs.example.com"), ("AAAA", "::1"), ("NS", "ns9.example.")]
    )
    def test_other_kinds_of_records_come_back_as_they_were_given(self, fresh, kind, value):
        control(fresh, action="add", json="yes", name=f"docs.{DOMAIN}.", type=kind, value=value, domain=DOMAIN)
        assert (f"docs.{DOMAIN}.", value) in [row[:2] for row in records(fresh, kind)]


class TestCertbot:
    """GETs without json: it decodes once and reads error and text; pointers are asked for, domain by domain."""

    def do(self, panel, action, **more):
        text = control(panel, domain=DOMAIN, action=action, **more).text
        return {key: value[0] for key, value in parse_qs(text, strict_parsing=True).items()}

    def test_add_edit_and_delete_answer_error_0(self, fresh):
        name = "_acme-challenge.www"
        added = self.do(fresh, "add", type="TXT", name=name, value="one", affect_pointers="no", ttl="1")
        edited = self.do(fresh, "edit", type="TXT", txtrecs0=f"name={name}&value=one", name=name, value="two")
        assert (name, "two", "14400") in records(fresh, "TXT")
        deleted = self.do(fresh, "select", txtrecs0=f"name={name}&value=two", affect_pointers="no")
        assert [int(answer["error"]) for answer in (added, edited, deleted)] == [0, 0, 0]
        assert [answer["text"] for answer in (added, edited, deleted)] == [
            "Record Added",
            "Record Edited",
            "Records Deleted",
        ]
        assert name not in fresh.disk.zones.text(DOMAIN)

    def test_a_domain_without_pointers_answers_nothing_that_could_be_parsed(self, shared):
        answer = ask(shared, "GET", f"/CMD_API_DOMAIN_POINTER?domain={DOMAIN}", "anna")
        assert (answer.status_code, answer.text) == (200, "")

    def test_affect_pointers_changes_the_pointers_zone_too(self, fresh):
        ask(
            fresh,
            "POST",
            "/CMD_API_DOMAIN_POINTER",
            "anna",
            data={"domain": DOMAIN, "from": "ptr.example", "action": "add"},
        )
        assert list(parse_qs(ask(fresh, "GET", f"/CMD_API_DOMAIN_POINTER?domain={DOMAIN}", "anna").text)) == [
            "ptr.example"
        ]
        self.do(fresh, "add", type="TXT", name="_acme-challenge", value="both", affect_pointers="yes")
        self.do(fresh, "add", type="TXT", name="_acme-challenge", value="one", affect_pointers="no")
        zones = [fresh.disk.zones.text(domain) for domain in (DOMAIN, "ptr.example")]
        assert ["\tboth\n" in zone for zone in zones] == [True, True]
        assert ["\tone\n" in zone for zone in zones] == [True, False]

    def test_a_login_key_for_just_its_four_commands_is_enough_and_no_more(self, fresh):
        commands = ["CMD_API_LOGIN_TEST", "CMD_API_DNS_CONTROL", "CMD_API_SHOW_DOMAINS", "CMD_API_DOMAIN_POINTER"]
        give_key(fresh, "anna", "certbot-secret", allow=commands)
        asked = [ask(fresh, "GET", f"/{name}?domain={DOMAIN}", "anna", "certbot-secret") for name in commands]
        assert [answer.status_code for answer in asked] == [200] * 4
        assert ask(fresh, "GET", "/CMD_API_POP", "anna", "certbot-secret").status_code == 403


class TestAcmeSh:
    """POSTs of a body that nothing was encoded in; it compares the digit after `error=` as it stands."""

    def post(self, panel, body, command="CMD_API_DNS_CONTROL"):
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return ask(panel, "POST", f"/{command}", "anna", data=body.encode(), headers=headers).text

    def test_the_zone_is_found_in_the_undecoded_list_of_domains(self, shared):
        assert DOMAIN in self.post(shared, "", "CMD_API_SHOW_DOMAINS")

    def test_a_quoted_token_is_added_and_removed_again(self, fresh):
        added = self.post(fresh, f'domain={DOMAIN}&action=add&type=TXT&name=_acme-challenge&value="tok-en_1"')
        assert next(part.split("=")[1] for part in added.split("&")) == "0"
        assert '_acme-challenge\t14400\tIN\tTXT\t"tok-en_1"\n' in fresh.disk.zones.text(DOMAIN)
        gone = 'txtrecs0=name=_acme-challenge&amp;value="tok-en_1"'
        removed = self.post(fresh, f"domain={DOMAIN}&action=select&{gone}")
        assert removed.startswith("error=0&text=Records%20Deleted&") and "tok-en_1" not in fresh.disk.zones.text(DOMAIN)

    def test_what_is_refused_has_a_1_that_is_not_encoded(self, shared):
        assert self.post(shared, "domain=bert.example&action=add&type=TXT&name=x&value=y").startswith("error=1&text=")


class TestLego:
    """json=yes and the domain in the query, the rest in the body; action=delete names a record as it was added."""

    def post(self, panel, **form):
        answer = control(panel, "POST", domain=DOMAIN, json="yes", data=form)
        return answer.status_code, answer.json()

    def test_present_and_cleanup_leave_the_zone_as_it_was(self, fresh):
        before = records(fresh, "TXT")
        record = {"name": "_acme-challenge", "type": "TXT", "value": "LEGO"}
        assert self.post(fresh, action="add", ttl="30", **record)[0] == 200
        assert ("_acme-challenge", "LEGO", "30") in records(fresh, "TXT")
        assert self.post(fresh, action="delete", **record) == (200, {"result": "", "success": "Records Deleted"})
        assert records(fresh, "TXT") == before

    def test_a_script_that_sends_json_to_the_page_is_understood(self, fresh):
        name = f"_acme-challenge.{DOMAIN}."
        form = {
            "domain": DOMAIN,
            "type": "TXT",
            "name": name,
            "value": "v1",
            "ttl": "10",
            "json": "yes",
            "action": "add",
        }
        answer = ask(fresh, "POST", "/CMD_DNS_CONTROL", "anna", data=json.dumps(form))
        assert answer.json()["success"] == "record added" and (name, "v1", "10") in records(fresh, "TXT")
        gone = {
            "domain": DOMAIN,
            "json": "yes",
            "action": "select",
            "delete": "yes",
            "txtrecs0": f"name={name}&value=v1",
        }
        assert (
            ask(fresh, "POST", "/CMD_DNS_CONTROL", "anna", data=json.dumps(gone)).json()["success"] == "Records Deleted"
        )
        assert "\tv1\n" not in fresh.disk.zones.text(DOMAIN)


class TestLibdns:
    """GETs with a flag for each thing it can read; records keep the name that they were given."""

    FLAGS = {"json": "yes", "full_mx_records": "yes", "allow_dns_underscore": "yes"}

    @pytest.mark.parametrize(
        ("kind", "name", "value"),
        [
            ("TXT", "libtxt", "val1"),
            ("MX", "sub", "20 mail2"),
            ("SRV", "_sip._tcp.s", "1 2 5060 sip"),
            ("CAA", "ca", '0 issue "letsencrypt.org"'),
            ("AAAA", "six", "2001:db8::1"),
        ],
    )
    def test_what_it_appends_it_reads_back_and_deletes(self, fresh, kind, name, value):
        form = {"type": kind, "name": name, "value": value, "ttl": "300", "domain": DOMAIN}
        assert control(fresh, action="add", **self.FLAGS, **form).json().get("error") is None
        listed = control(fresh, ttl="yes", domain=DOMAIN, **self.FLAGS).json()["records"]
        assert (name, value) in [(row["name"], row["value"]) for row in listed if row["type"] == kind]
        gone = {f"{kind.lower()}recs0": f"name={name}&value={value}"}
        assert control(fresh, action="select", json="yes", domain=DOMAIN, **gone).json().get("error") is None
        listed = control(fresh, domain=DOMAIN, **self.FLAGS).json()["records"]
        assert name not in [row["name"] for row in listed]

    def test_what_is_refused_says_error_and_result(self, shared):
        form = {"type": "TXT", "name": "x", "value": "y", "domain": "bert.example"}
        answer = control(shared, action="add", **self.FLAGS, **form).json()
        assert answer["error"] and answer["result"].split("\n")[0]


class TestGoClient:
    """POST with json=yes in the query and a urlencoded body that calls itself JSON; it checks each success text."""

    HEADERS = {"Accept": "application/json", "Content-Type": "application/json"}

    def do(self, panel, action, **form):
        body = "&".join(f"{key}={quote(value, safe='')}" for key, value in form.items())
        path = f"/CMD_API_DNS_CONTROL?action={action}&action_pointers=yes&json=yes"
        return ask(panel, "POST", path, "anna", data=body, headers=self.HEADERS).json()

    def test_add_edit_and_delete_answer_the_words_that_it_checks(self, fresh):
        record = {"domain": DOMAIN, "name": "txt1", "ttl": "300", "type": "TXT"}
        old, new = "name=txt1&value=hello", "name=txt1&value=bye"
        assert self.do(fresh, "add", value="hello", **record)["success"] == "Record Added"
        assert self.do(fresh, "edit", value="bye", txtrecs0=old, **record)["success"] == "Record Edited"
        assert ("txt1", "bye", "300") in records(fresh, "TXT")
        assert self.do(fresh, "select", domain=DOMAIN, txtrecs0=new, delete="yes")["success"] == "Records Deleted"

    def test_a_record_that_is_there_is_found_taken(self, fresh):
        form = {"check": "name", "domain": DOMAIN, "record": "A", "type": "dns", "json": "yes"}
        query = "&".join(f"{key}={value}" for key, value in form.items())
        free = ask(fresh, "GET", f"/CMD_JSON_VALIDATE?{query}&name=new&value=10.0.0.1", "anna").json()
        taken = ask(fresh, "GET", f"/CMD_JSON_VALIDATE?{query}&name=ftp&value=192.0.2.10", "anna").json()
        assert ("error" in free, "error" in taken) == (False, True)


class TestRefusals:
    @pytest.mark.parametrize(
        ("kind", "name", "value"),
        [
            ("A", "x", "no address"),
            ("A", "x", "2001:db8::1"),
            ("AAAA", "x", "10.0.0.1"),
            ("CNAME", "x", "not a name"),
            ("TXT", "in valid", "x"),
            ("TXT", "x\ty", "x"),
            ("TXT", "x", "two\nlines"),
            ("TXT", "x", ""),
            ("SOA", "x", "x"),
        ],
    )
    def test_what_could_not_stand_in_a_zone_is_refused(self, fresh, kind, name, value):
        before = fresh.disk.zones.text(DOMAIN)
        answer = control(fresh, action="add", json="yes", domain=DOMAIN, type=kind, name=name, value=value).json()
        assert "error" in answer and fresh.disk.zones.text(DOMAIN) == before

    @pytest.mark.parametrize("ttl", ["0", "-1", "soon", "99999999999999"])
    def test_a_time_to_live_that_is_none_is_refused(self, fresh, ttl):
        answer = control(fresh, action="add", json="yes", domain=DOMAIN, type="TXT", name="x", value="y", ttl=ttl)
        assert "error" in answer.json()

    def test_the_same_record_twice_is_refused(self, fresh):
        form = {"action": "add", "json": "yes", "domain": DOMAIN, "type": "TXT", "value": "same"}
        assert "error" not in control(fresh, name="twice", **form).json()
        assert "error" in control(fresh, name=f"twice.{DOMAIN}.", **form).json()

    def test_a_text_with_blanks_and_quotes_is_quoted_and_a_long_one_split(self, fresh):
        for name, value in (("spf", 'v=spf1 "x" ~all'), ("long", "a" * 600)):
            control(fresh, action="add", json="yes", domain=DOMAIN, type="TXT", name=name, value=value)
        found = {name: value for name, value, _ in records(fresh, "TXT")}
        assert found["spf"] == '"v=spf1 \\"x\\" ~all"'
        assert "".join(re.findall('"([^"]*)"', found["long"])) == "a" * 600
        assert all(len(piece) <= 255 for piece in re.findall('"([^"]*)"', found["long"]))

    def test_the_serial_rises_with_every_change(self, fresh):
        serials = []
        for number in range(3):
            control(fresh, action="add", json="yes", domain=DOMAIN, type="TXT", name=f"n{number}", value="x")
            serials.append(int(re.search(r"\(\n\t(\d+)\n", fresh.disk.zones.text(DOMAIN))[1]))
        assert serials == sorted(set(serials))

    def test_the_zone_goes_with_its_domain_and_its_account(self, fresh):
        select = {"delete": "yes", "confirmed": "yes", "select0": DOMAIN}
        ask(fresh, "POST", "/CMD_API_DOMAIN", "anna", data=select)
        ask(fresh, "POST", "/CMD_API_SELECT_USERS", data={"delete": "yes", "confirmed": "Confirm", "select0": "bert"})
        assert sorted(file.name for file in (fresh.root / "etc/bind").iterdir()) == [
            "carl.example.db",
            "noord.example.db",
            "webbouw.example.db",
        ]


def test_error_answers_decode_into_three_fields(shared):
    assert pairs(control(shared).text) == {
        "error": "1",
        "text": "Cannot View Dns Record",
        "details": "No domain provided",
    }
