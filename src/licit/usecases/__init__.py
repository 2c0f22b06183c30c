"""What a person can ask for: the plan, the commands that change something, the queries that do not."""
