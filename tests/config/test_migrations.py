"""The migrations make the models' tables: no more, no less. Part of `make check`, on a database of its own."""

from django.core.management import call_command


def test_no_migration_is_missing(db: None) -> None:
    call_command("makemigrations", check_changes=True, dry_run=True)  # exits 1 where one is
