"""What happens to a record between its arrival and a release: one gate or step a file."""
