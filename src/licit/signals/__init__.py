"""Reservation signals: what websites and files say of training on them, one kind a file.

A module of this folder offers ``signals()``; so does an entry point of the group ``licit.signals``. Modules whose name starts
with ``_`` are parts of others; what they say together is decided in :mod:`licit.core.signals`.
"""
