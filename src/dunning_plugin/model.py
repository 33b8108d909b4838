"""The words of dunning as frozen dataclasses (the glossary: debtor, invoice, account, measure, block, case).

This module imports nothing of the project. Money is an integer of the currency's minor unit (EUR cents);
dates are calendar days in the host's zone; instants are aware datetimes in UTC.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any, Mapping, Optional, Tuple

Facts = Mapping[str, Any]
"""JSON-able facts: what a block or a journal entry keeps."""


class Measure(str, Enum):
    """What is done to an account, mildest to hardest."""

    LOCK_LOGIN = "lock_login"
    HOLD_MAIL = "hold_mail"
    NOTICE_WEB = "notice_web"
    THROTTLE = "throttle"
    SUSPEND = "suspend"


class AccountKind(str, Enum):
    """The three kinds of login that a panel has."""

    ADMIN = "admin"
    RESELLER = "reseller"
    USER = "user"


class BlockState(str, Enum):
    """Where a block stands; enforce.py holds the table of moves."""

    INTENDED = "intended"
    LAID = "laid"
    LIFTING = "lifting"
    LIFTED = "lifted"
    LEFT = "left"


ACTIVE_BLOCK_STATES = (BlockState.INTENDED, BlockState.LAID, BlockState.LIFTING)


class Seen(str, Enum):
    """What a look at the panel says of one account and one measure."""

    FREE = "free"
    """The measure does not hold."""
    OURS = "ours"
    """It holds, and bears our case's reference."""
    FOREIGN = "foreign"
    """It holds, laid by somebody or something else: never ours to lift."""
    GONE = "gone"
    """The account is no longer on the panel."""


@dataclass(frozen=True)
class AccountRef:
    """One login on one panel."""

    panel: str
    name: str

    def __str__(self) -> str:
        return f"{self.panel}/{self.name}"


@dataclass(frozen=True)
class Account:
    """One login as the panel lists it, state included. mailboxes is None where the panel did not say."""

    panel: str
    name: str
    kind: AccountKind
    owner: str
    suspended: bool
    reason: str = ""
    domains: Tuple[str, ...] = ()
    mailboxes: Optional[int] = None
    language: str = ""

    @property
    def ref(self) -> AccountRef:
        return AccountRef(self.panel, self.name)


@dataclass(frozen=True)
class Sighting:
    """What was seen of one account for one measure, and the state to keep should we lay it.

    `before` must hold all that a later lift needs to bring the account back exactly as it was.
    `words` says in plain words why it is foreign or what is odd.
    """

    seen: Seen
    before: Facts = field(default_factory=dict)
    owner: str = ""
    words: str = ""


@dataclass(frozen=True)
class Answer:
    """What the panel said to one act on one account. `ok` is the panel's word only: read back to know."""

    ok: bool
    words: str = ""


@dataclass(frozen=True)
class Debtor:
    """Who owes: one customer of the host in the billing system."""

    key: str
    name: str
    email: str = ""
    language: str = ""


@dataclass(frozen=True)
class Invoice:
    """One invoice (gross_minor > 0) or credit note (gross_minor < 0); open_minor is what is left of it.

    Amounts are integers of the currency's minor unit. A credit note's open_minor is zero or negative:
    what it still has to give.
    """

    number: str
    debtor_key: str
    issued: date
    due: date
    currency: str
    gross_minor: int
    open_minor: int
    credits: str = ""


@dataclass(frozen=True)
class Case:
    """One debtor's way, from the first measure until settled. `ref` is public and says nothing."""

    ref: str
    debtor_key: str
    opened_at: datetime
    closed_at: Optional[datetime] = None


@dataclass(frozen=True)
class Block:
    """One measure laid on one account by one case, with the state of the account before it."""

    id: int
    case_ref: str
    account: AccountRef
    measure: Measure
    state: BlockState
    before: Facts
    note: str = ""


REFERENCE = re.compile(r"\b[A-HJ-NP-Z2-9]{4}-[A-HJ-NP-Z2-9]{4}\b")
"""A case's public reference: eight letters and digits that cannot be mistaken for one another when read out."""


def neutral_reason(case_ref: str) -> str:
    """The text for the panel's own reason field, which users may get to see: neutral, and known again by us."""
    return f"administrative reasons, ref {case_ref}"


def reference_in(reason: str) -> str:
    """The case reference in a panel's reason field, '' when it bears none: the block is then foreign."""
    found = REFERENCE.search(reason) if "administrative reasons" in reason else None
    return found.group(0) if found else ""


CURRENCIES = frozenset(
    """AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF
    CHE CHF CHW CLF CLP CNY COP COU CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD
    GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP
    LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN
    PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS
    TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XAG XAU XCD XCG XDR XOF XPD
    XPF XPT XSU XUA YER ZAR ZMW ZWG ZWL""".split()  # noqa: SIM905 - a column of 180 words is not read
)
"""Currency codes of ISO 4217, with those withdrawn since 2020: old invoices bear them."""

_MINOR_DIGITS = {
    "CLF": 4,
    "UYW": 4,
    "BHD": 3,
    "IQD": 3,
    "JOD": 3,
    "KWD": 3,
    "LYD": 3,
    "OMR": 3,
    "TND": 3,
    "BIF": 0,
    "CLP": 0,
    "DJF": 0,
    "GNF": 0,
    "ISK": 0,
    "JPY": 0,
    "KMF": 0,
    "KRW": 0,
    "PYG": 0,
    "RWF": 0,
    "UGX": 0,
    "UYI": 0,
    "VND": 0,
    "VUV": 0,
    "XAF": 0,
    "XOF": 0,
    "XPF": 0,
}


def minor_digits(currency: str) -> int:
    """Digits of the minor unit (ISO 4217): 2 for EUR, 0 for JPY, 3 for KWD."""
    return _MINOR_DIGITS.get(currency, 2)


def format_money(minor: int, currency: str) -> str:
    """'EUR 1,234.56' from 123456 cents; exact, no float."""
    digits = minor_digits(currency)
    sign = "-" if minor < 0 else ""
    whole, part = divmod(abs(minor), 10**digits)
    return f"{currency} {sign}{whole:,}" + (f".{part:0{digits}d}" if digits else "")
