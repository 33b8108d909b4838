import pytest

from dunning_plugin.model import format_money, neutral_reason, reference_in


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (123456, "EUR", "EUR 1,234.56"),
        (5, "EUR", "EUR 0.05"),
        (-5, "EUR", "EUR -0.05"),
        (1500, "JPY", "JPY 1,500"),
        (1234567, "KWD", "KWD 1,234.567"),
    ],
)
def test_money_is_shown_exactly_in_the_currencys_own_digits(minor, currency, text):
    assert format_money(minor, currency) == text


def test_our_reason_is_known_again_and_speaks_of_no_debt():
    reason = neutral_reason("K7QM-2XHB")
    assert reference_in(reason) == "K7QM-2XHB"
    assert not {"billing", "payment", "invoice", "debt"} & set(reason.lower().replace(",", "").split())


@pytest.mark.parametrize("reason", ["abuse", "", "K7QM-2XHB", "administrative reasons", "ticket ABCD-2345 abuse"])
def test_a_reason_that_somebody_else_gave_bears_no_reference_of_ours(reason):
    assert reference_in(reason) == ""
