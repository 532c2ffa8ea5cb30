"""What the company decided, as plain Python: values, rules, permissions. Imports nothing of ours."""
