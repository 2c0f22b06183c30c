"""The further rooms of the console, each behind the guard, and the door for recipients: one list for the server."""

from . import (
    console_board,
    console_bundle,
    console_canaries,
    console_deceased,
    console_documents,
    console_holds,
    console_interface,
    console_papers,
    console_retention,
    console_sources,
    recalls,
)

ROUTERS = (
    console_holds.router,
    console_canaries.router,
    console_board.router,
    console_bundle.router,
    console_papers.router,
    console_interface.router,
    console_retention.router,
    console_deceased.router,
    console_documents.router,
    console_sources.router,
    recalls.router,
)
