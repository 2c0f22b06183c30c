"""The further rooms of the console, each behind the guard: one list, so that the server takes them in as one."""

from . import console_canaries, console_holds

ROUTERS = (console_holds.router, console_canaries.router)
