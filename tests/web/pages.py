"""What the tests of pages share: reading a form's token."""

import re

import httpx


def form_of(page: httpx.Response) -> str:
    """Give the token that the forms of a page carry."""
    found = re.search(r'name="form" value="([0-9a-f]{64})"', page.text)
    assert found
    return found[1]
