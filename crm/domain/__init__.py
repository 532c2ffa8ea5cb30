"""What the company decided, as plain Python: values, rules and permissions. Imports nothing of ours."""
