"""Plug-ins that run beside licit in other people's programs: they import nothing of licit, and ask ``licit serve`` over HTTP."""
