"""The command line: parses, opens one transaction, calls one service function, shows the result."""
