"""``licit demo --chat``: a chat to try the gateway with, in front of an invented company's workspace.

``app`` is the page, ``talks`` what it remembers, ``kept`` what the workspace really holds, ``search`` and ``model`` the small
assistant behind it, ``company`` the workspace, ``house`` all of them running together.
"""
