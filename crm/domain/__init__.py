"""The company in plain Python: values, rules, permissions. Imports nothing of ours."""
