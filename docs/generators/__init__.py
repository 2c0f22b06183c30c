"""One file for each generated page: ``PATH`` below ``docs/`` and ``render() -> str``. Adding a page is adding a file."""
