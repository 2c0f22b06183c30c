"""The web: privacy centre, console and API on one port. Needs the extra ``web``."""
