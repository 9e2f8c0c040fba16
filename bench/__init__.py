"""Measurements on the shared samples; not part of the program."""
