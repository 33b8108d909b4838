"""Bring the store to the newest revision with Alembic. Alembic is imported only when there is something to do."""

from pathlib import Path
from typing import Optional

from sqlalchemy import Connection, Engine, inspect

from dunning_plugin.errors import InputError

NEWEST = "0002"
"""The revision that this version of dunning works with: the newest file in migrations/versions."""


def revision_of(conn: Connection) -> Optional[str]:
    """The revision that the store is at; None for an empty file."""
    if not inspect(conn).has_table("alembic_version"):
        return None
    found = conn.exec_driver_sql("SELECT version_num FROM alembic_version").first()
    return str(found[0]) if found else None


def bring_up_to_date(engine: Engine, current: Optional[str]) -> None:
    """Run the missing migrations, all in one transaction: either the store is new, or as it was.

    InputError if the store was written by a newer dunning."""
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if current is not None and current not in known:
        raise InputError(
            f"the store is at revision {current}, which this version does not know",
            file=str(engine.url.database),
            remedy="install the newer dunning that wrote it",
        )
    with engine.connect() as conn:
        conn.info["write"] = True
        with conn.begin():
            # Another process may have been faster while we waited for the write lock.
            if revision_of(conn) != NEWEST:
                config.attributes["connection"] = conn
                command.upgrade(config, "head")
        conn.info.pop("write", None)
