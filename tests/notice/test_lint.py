"""Public text cannot speak of debt: whatever the language, the spelling, the hiding place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dunning_plugin.config.settings import Contact, NoticeSettings
from dunning_plugin.errors import InputError
from dunning_plugin.notice.lint import lint
from dunning_plugin.notice.render import pages, render, texts

CONTACT = Contact("Service desk", "desk@host.example", "+31 20 000 00 00", "https://host.example/contact")
FORBIDDEN = [
    "betaling",
    "Betaal nu",
    "onbetaald",
    "wanbetaler",
    "factuur",
    "facturen",
    "schulden",
    "openstaand bedrag",
    "achterstand",
    "incasso",
    "aanmaning",
    "betalingsherinnering",
    "payment",
    "unpaid",
    "invoice",
    "overdue",
    "debt",
    "billing",
    "arrears",
    "outstanding balance",
    "Zahlung",
    "unbezahlt",
    "Rechnung",
    "Schulden",
    "Mahnung",
    "Inkasso",
    "offener Betrag",
    "rückständig",
    "Zahlungsverzug",
    "paiement",
    "impayé",
    "facture",
    "dette",
    "arriérés",
    "recouvrement",
    "solde dû",
    "IMPAYÉE",
]
HIDDEN = [
    "pay<b>ment</b>",
    "p&#97;yment",
    "pay\u00adment",
    "pay\u200bment",
    "раyment",
    "<img alt='unpaid'>",
    "<!-- invoice -->",
    '<p title="schuld">x</p>',
    "ｐayment",
    "PAYMENT",
    "pay<!-- x -->ment",
    "fac\u0301ture".replace("c\u0301", "c"),
]


@pytest.mark.parametrize("text", FORBIDDEN)
def test_words_of_debt_are_refused_in_every_language(text):
    assert lint(f"Deze site is even weg. {text}. Bel ons.")


@pytest.mark.parametrize("text", HIDDEN)
def test_a_word_of_debt_cannot_hide(text):
    assert lint(text)


@pytest.mark.parametrize("language", ["nl", "en", "de", "fr"])
def test_our_own_page_passes_and_names_contact_and_reference(language):
    page = render(language, CONTACT, "K7QM-2XHB", names=["Webbouw Noord"])
    assert f'<html lang="{language}">' in page and "K7QM-2XHB" in page and "desk@host.example" in page
    assert texts()[language]["title"] in page
    assert not any(word in page.lower() for word in ("<script", "src=", "@import", "url("))


@pytest.mark.parametrize(
    "text",
    ["Billund Hosting", "the default page", "Notaris De Vries", "öffentlich", "Betty's desk", "Postbank", "Paula Smit"],
)
def test_innocent_words_pass(text):
    assert lint(text) == []


def test_the_debtor_is_not_named():
    assert lint("Vragen? Webbouw-Noord belt u", ["Webbouw Noord"])[0].why == "names the debtor"


def test_a_finding_names_its_line():
    assert lint("one\ntwo\nplease pay")[0].line == 3


@pytest.mark.parametrize("field", ["name", "email", "phone", "url"])
def test_a_contact_that_speaks_of_debt_is_refused_before_anything_is_published(field):
    contact = Contact(**{**vars(CONTACT), field: "incasso@host.example"})
    with pytest.raises(InputError, match=f"host.contact.{field}"):
        pages(NoticeSettings(), contact, "K7QM-2XHB", "nl")


def test_a_hostile_contact_is_text_and_never_markup():
    page = render("en", Contact("<script>alert(1)</script>"), "K7QM-2XHB")
    assert "<script>" not in page and "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("<p>please pay your invoice</p>", "'pay'"),
        ("{{ nothing }}", "cannot be filled in"),
        ("{% if %}", "cannot be filled in"),
        ("{{ ''.__class__.__mro__ }}", "cannot be filled in"),
    ],
)
def test_a_template_of_the_hosts_own_is_checked_like_ours(tmp_path, template, words):
    (tmp_path / "notice.html.j2").write_text(template)
    with pytest.raises(InputError, match=words):
        pages(NoticeSettings(templates=tmp_path), CONTACT, "K7QM-2XHB", "nl")


@given(st.sampled_from(["betaling", "invoice", "rechnung", "facture"]), st.data())
def test_accents_case_and_invisible_letters_change_nothing(word, data):
    odd = "".join(
        data.draw(st.sampled_from([letter, letter.upper(), letter + "\u0301", letter + "\u200d", letter + "\u00ad"]))
        for letter in word
    )
    assert lint(odd)
