"""The configuration as frozen dataclasses: what config.load() returns."""

from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from typing import Mapping, Optional, Tuple


@dataclass(frozen=True)
class Contact:
    """Whom a visitor of a neutral notice may turn to: the host's own front desk. Public text."""

    name: str
    email: str = ""
    phone: str = ""
    url: str = ""


@dataclass(frozen=True)
class HostSettings:
    """The host: who he is, where he is, what he speaks."""

    name: str
    contact: Contact
    zone: tzinfo
    language: str = "en"


@dataclass(frozen=True)
class PanelSettings:
    """One panel. Secrets are read from `password_file`, never kept in dunning.yaml; without one, and on the
    panel's own host, `da api-url` is asked. `root` is '/' but for the sandbox."""

    kind: str
    url: str = ""
    username: str = "admin"
    password_file: Optional[Path] = None
    ca_file: Optional[Path] = None
    verify_tls: bool = True
    local: bool = True
    root: Path = Path("/")
    timeout: float = 30.0
    chunk: int = 200


@dataclass(frozen=True)
class CsvSettings:
    """How one CSV export of invoices is to be read. `columns` maps our fields to the file's headings:
    number, debtor, issued, due, amount, and optionally open or paid, currency, kind, credits."""

    columns: Mapping[str, str]
    delimiter: str = ","
    encoding: str = "utf-8"
    decimal: str = "."
    thousands: str = ""
    date_format: str = "%Y-%m-%d"
    currency: str = "EUR"
    credit_kinds: Tuple[str, ...] = ()
    complete: bool = True
    max_drop: int = 30


@dataclass(frozen=True)
class NoticeSettings:
    """The neutral notice. `retry_after` in seconds. `templates` is a folder of the host's own, or None."""

    languages: Tuple[str, ...] = ("nl", "en", "de", "fr")
    retry_after: int = 86400
    templates: Optional[Path] = None


@dataclass(frozen=True)
class Config:
    """All of dunning.yaml."""

    path: Path
    host: HostSettings
    state_dir: Path
    panels: Mapping[str, PanelSettings]
    sources: Mapping[str, CsvSettings] = field(default_factory=dict)
    notice: NoticeSettings = field(default_factory=NoticeSettings)
    guard_reseller_activate: bool = True
    import_dir: Optional[Path] = None
