"""The exercises a coach may choose from: data files in `data/`, rows in the database, and pure look-ups in memory.

This package and all but one of its modules are pure; `training.catalogue.stored` alone knows the database.
"""

from training.catalogue.entry import LEVELS, MUSCLES, Entry, Translated
from training.catalogue.lookup import Catalogue, fold

__all__ = ["LEVELS", "MUSCLES", "Catalogue", "Entry", "Translated", "fold"]
