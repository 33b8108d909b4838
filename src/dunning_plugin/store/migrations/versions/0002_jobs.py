"""Long work asked for on a page: jobs with their results, and forms that were used."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "jobs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("words", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Text(), nullable=True),
        sa.Column("finished_at", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('suspend','restore')", name=op.f("ck_jobs_kind_known")),
        sa.CheckConstraint("state IN ('queued','running','done','failed')", name=op.f("ck_jobs_state_known")),
        sa.CheckConstraint(
            "(state IN ('done','failed')) = (finished_at IS NOT NULL)", name=op.f("ck_jobs_finished_when_over")
        ),
        sa.CheckConstraint("total >= 0 AND done >= 0", name=op.f("ck_jobs_counts_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    op.create_index(op.f("ix_jobs_state"), "jobs", ["state"], unique=False)
    op.create_index("ux_jobs_one_running", "jobs", ["state"], unique=True, sqlite_where=sa.text("state = 'running'"))
    op.create_table(
        "job_results",
        sa.Column("job_id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name=op.f("fk_job_results_job_id")),
        sa.PrimaryKeyConstraint("job_id", "account", "measure", name=op.f("pk_job_results")),
    )
    op.create_table(
        "used_forms",
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("used_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_used_forms")),
    )
    op.create_index(op.f("ix_used_forms_used_at"), "used_forms", ["used_at"], unique=False)


def downgrade() -> None:
    """Take the tables away; no block and no evidence is in them."""
    for table in ("used_forms", "job_results", "jobs"):
        op.drop_table(table)
