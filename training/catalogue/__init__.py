"""The exercises a coach may choose from: data files in `data/`, rows in the database, and pure look-ups in memory."""

from training.catalogue.entry import LEVELS, MUSCLES, Entry, Translated

__all__ = ["LEVELS", "MUSCLES", "Entry", "Translated"]
