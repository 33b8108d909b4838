"""The tables of the store, with the constraints that make wrong states impossible.

Instants are ISO 8601 text in UTC ('2009-04-08T07:00:00Z'), days are ISO text, money is an integer of the
currency's minor unit. Only store/ knows SQL.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

debtors = Table(
    "debtors",
    metadata,
    Column("key", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False, server_default=""),
    Column("language", Text, nullable=False, server_default=""),
    CheckConstraint("key <> ''", name="key_given"),
    CheckConstraint("name <> ''", name="name_given"),
)

debtor_accounts = Table(
    "debtor_accounts",
    metadata,
    Column("panel", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("debtor_key", Text, ForeignKey("debtors.key"), nullable=False, index=True),
    # One account belongs to one debtor: a block must have one case that answers for it.
    PrimaryKeyConstraint("panel", "account"),
)

imports = Table(
    "imports",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("source", Text, nullable=False, index=True),
    Column("file_name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("imported_at", Text, nullable=False),
)

import_totals = Table(
    "import_totals",
    metadata,
    Column("import_id", Integer, ForeignKey("imports.id"), nullable=False),
    Column("currency", Text, nullable=False),
    Column("invoices", Integer, nullable=False),
    Column("gross_minor", Integer, nullable=False),
    Column("open_minor", Integer, nullable=False),
    PrimaryKeyConstraint("import_id", "currency"),
)

invoices = Table(
    "invoices",
    metadata,
    Column("number", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("debtor_key", Text, ForeignKey("debtors.key"), nullable=False),
    Column("issued", Text, nullable=False),
    Column("due", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("gross_minor", Integer, nullable=False),
    Column("open_minor", Integer, nullable=False),
    Column("credits", Text, nullable=False, server_default=""),
    Column("import_id", Integer, ForeignKey("imports.id"), nullable=False),
    CheckConstraint("number <> ''", name="number_given"),
    CheckConstraint("due >= issued", name="due_not_before_issued"),
    CheckConstraint("length(currency) = 3", name="currency_code"),
    CheckConstraint(
        "(gross_minor >= 0 AND open_minor BETWEEN 0 AND gross_minor)"
        " OR (gross_minor < 0 AND open_minor BETWEEN gross_minor AND 0)",
        name="open_within_gross",
    ),
    Index("ix_invoices_open", "debtor_key", "due", sqlite_where=text("open_minor <> 0")),
)

cases = Table(
    "cases",
    metadata,
    Column("ref", Text, primary_key=True),
    Column("debtor_key", Text, ForeignKey("debtors.key"), nullable=False),
    Column("opened_at", Text, nullable=False),
    Column("closed_at", Text),
    CheckConstraint("closed_at IS NULL OR closed_at >= opened_at", name="closed_after_opened"),
    Index("ux_cases_one_open", "debtor_key", unique=True, sqlite_where=text("closed_at IS NULL")),
)

blocks = Table(
    "blocks",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("case_ref", Text, ForeignKey("cases.ref"), nullable=False, index=True),
    Column("panel", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("measure", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("note", Text, nullable=False, server_default=""),
    Column("changed_at", Text, nullable=False),
    CheckConstraint("measure IN ('lock_login','hold_mail','notice_web','throttle','suspend')", name="measure_known"),
    CheckConstraint("state IN ('intended','laid','lifting','lifted','left')", name="state_known"),
    Index(
        "ux_blocks_one_active",
        "panel",
        "account",
        "measure",
        unique=True,
        sqlite_where=text("state IN ('intended','laid','lifting')"),
    ),
)

journal = Table(
    "journal",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("case_ref", Text, nullable=False, server_default="", index=True),
    Column("panel", Text, nullable=False, server_default=""),
    Column("account", Text, nullable=False, server_default=""),
    Column("why", Text, nullable=False, server_default=""),
    Column("facts", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False, unique=True),
)

journal_head = Table(
    "journal_head",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("entries", Integer, nullable=False),
    Column("hash", Text, nullable=False),
    CheckConstraint("one = 1", name="single_row"),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("request", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("why", Text, nullable=False, server_default=""),
    Column("state", Text, nullable=False, index=True),
    Column("total", Integer, nullable=False, server_default="0"),
    Column("done", Integer, nullable=False, server_default="0"),
    Column("words", Text, nullable=False, server_default=""),
    Column("created_at", Text, nullable=False),
    Column("started_at", Text),
    Column("finished_at", Text),
    CheckConstraint("kind IN ('suspend','restore')", name="kind_known"),
    CheckConstraint("state IN ('queued','running','done','failed')", name="state_known"),
    CheckConstraint("(state IN ('done','failed')) = (finished_at IS NOT NULL)", name="finished_when_over"),
    CheckConstraint("total >= 0 AND done >= 0", name="counts_not_negative"),
    # One worker, one job at a time: two that run at once would be two workers.
    Index("ux_jobs_one_running", "state", unique=True, sqlite_where=text("state = 'running'")),
)

job_results = Table(
    "job_results",
    metadata,
    Column("job_id", Text, ForeignKey("jobs.id"), nullable=False),
    Column("account", Text, nullable=False),
    Column("measure", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("words", Text, nullable=False),
    # A job that was taken up again says what came of an account in the end.
    PrimaryKeyConstraint("job_id", "account", "measure"),
)

used_forms = Table(
    "used_forms",
    metadata,
    Column("token", Text, primary_key=True),
    Column("outcome", Text, nullable=False),
    Column("used_at", Text, nullable=False, index=True),
)
