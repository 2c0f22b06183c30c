"""Chat exports and logs, one format a file; a module with ``READERS`` is found by its being here."""
