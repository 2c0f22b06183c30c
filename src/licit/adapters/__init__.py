"""The outside: databases, files, export formats, keys. Each serves a port of core and imports core only."""
