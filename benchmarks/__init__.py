"""Measured claims, each a command. None of it is part of the program."""
