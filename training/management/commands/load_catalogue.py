from typing import Any

from django.core.management.base import BaseCommand

from training.catalogue import Catalogue
from training.catalogue.stored import load


class Command(BaseCommand):
    help = "Write the catalogue's data files to the database. Safe to repeat; removes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        catalogue = Catalogue.from_files()
        changed = load(catalogue)
        self.stdout.write(f"Catalogue: {len(catalogue)} exercises, {changed} new or changed")
