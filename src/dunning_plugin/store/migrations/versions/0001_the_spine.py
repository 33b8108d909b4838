"""The spine: debtors, invoices, imports, cases, blocks, and a journal that takes new entries only."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = """
CREATE TRIGGER journal_no_{verb} BEFORE {verb} ON journal
BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
"""


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "debtors",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), server_default="", nullable=False),
        sa.Column("language", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("key <> ''", name=op.f("ck_debtors_key_given")),
        sa.CheckConstraint("name <> ''", name=op.f("ck_debtors_name_given")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_debtors")),
    )
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_index(op.f("ix_imports_source"), "imports", ["source"], unique=False)
    op.create_table(
        "journal",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("case_ref", sa.Text(), server_default="", nullable=False),
        sa.Column("panel", sa.Text(), server_default="", nullable=False),
        sa.Column("account", sa.Text(), server_default="", nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_journal")),
        sa.UniqueConstraint("hash", name=op.f("uq_journal_hash")),
    )
    op.create_index(op.f("ix_journal_case_ref"), "journal", ["case_ref"], unique=False)
    op.create_table(
        "journal_head",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.CheckConstraint("one = 1", name=op.f("ck_journal_head_single_row")),
        sa.PrimaryKeyConstraint("one", name=op.f("pk_journal_head")),
    )
    op.create_table(
        "cases",
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("debtor_key", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.Text(), nullable=True),
        sa.CheckConstraint("closed_at IS NULL OR closed_at >= opened_at", name=op.f("ck_cases_closed_after_opened")),
        sa.ForeignKeyConstraint(["debtor_key"], ["debtors.key"], name=op.f("fk_cases_debtor_key")),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_cases")),
    )
    op.create_index(
        "ux_cases_one_open", "cases", ["debtor_key"], unique=True, sqlite_where=sa.text("closed_at IS NULL")
    )
    op.create_table(
        "debtor_accounts",
        sa.Column("panel", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("debtor_key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["debtor_key"], ["debtors.key"], name=op.f("fk_debtor_accounts_debtor_key")),
        sa.PrimaryKeyConstraint("panel", "account", name=op.f("pk_debtor_accounts")),
    )
    op.create_index(op.f("ix_debtor_accounts_debtor_key"), "debtor_accounts", ["debtor_key"], unique=False)
    op.create_table(
        "import_totals",
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("invoices", sa.Integer(), nullable=False),
        sa.Column("gross_minor", sa.Integer(), nullable=False),
        sa.Column("open_minor", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_import_totals_import_id")),
        sa.PrimaryKeyConstraint("import_id", "currency", name=op.f("pk_import_totals")),
    )
    op.create_table(
        "invoices",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("debtor_key", sa.Text(), nullable=False),
        sa.Column("issued", sa.Text(), nullable=False),
        sa.Column("due", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("gross_minor", sa.Integer(), nullable=False),
        sa.Column("open_minor", sa.Integer(), nullable=False),
        sa.Column("credits", sa.Text(), server_default="", nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("number <> ''", name=op.f("ck_invoices_number_given")),
        sa.CheckConstraint(
            "(gross_minor >= 0 AND open_minor BETWEEN 0 AND gross_minor)"
            " OR (gross_minor < 0 AND open_minor BETWEEN gross_minor AND 0)",
            name=op.f("ck_invoices_open_within_gross"),
        ),
        sa.CheckConstraint("due >= issued", name=op.f("ck_invoices_due_not_before_issued")),
        sa.CheckConstraint("length(currency) = 3", name=op.f("ck_invoices_currency_code")),
        sa.ForeignKeyConstraint(["debtor_key"], ["debtors.key"], name=op.f("fk_invoices_debtor_key")),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_invoices_import_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_invoices")),
    )
    op.create_index(
        "ix_invoices_open", "invoices", ["debtor_key", "due"], unique=False, sqlite_where=sa.text("open_minor <> 0")
    )
    op.create_table(
        "blocks",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("case_ref", sa.Text(), nullable=False),
        sa.Column("panel", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("changed_at", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "measure IN ('lock_login','hold_mail','notice_web','throttle','suspend')",
            name=op.f("ck_blocks_measure_known"),
        ),
        sa.CheckConstraint(
            "state IN ('intended','laid','lifting','lifted','left')", name=op.f("ck_blocks_state_known")
        ),
        sa.ForeignKeyConstraint(["case_ref"], ["cases.ref"], name=op.f("fk_blocks_case_ref")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blocks")),
    )
    op.create_index(op.f("ix_blocks_case_ref"), "blocks", ["case_ref"], unique=False)
    op.create_index(
        "ux_blocks_one_active",
        "blocks",
        ["panel", "account", "measure"],
        unique=True,
        sqlite_where=sa.text("state IN ('intended','laid','lifting')"),
    )
    for verb in ("UPDATE", "DELETE"):
        op.execute(APPEND_ONLY.format(verb=verb))


def downgrade() -> None:
    """There is nothing before this."""
    raise RuntimeError("the first revision cannot be taken back; bring back a backup instead")
