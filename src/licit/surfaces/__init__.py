"""Where people meet licit: the command line now; pages and interfaces beside it."""
