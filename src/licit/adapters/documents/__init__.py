"""Documents: plain text, Markdown, HTML and PDF, each read into one record of blocks with what its source says of it.

One format, one module with a ``READERS`` tuple, found by a scan. What they share stands in ``_content`` (bytes to
text), ``_metadata`` (sidecars and tables), ``_phrases`` (what a correction, a qualification or an advertisement looks
like: data in ``phrases.toml``) and ``_blocks`` (blocks to a record).
"""
