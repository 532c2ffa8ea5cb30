"""The command line: parses, opens one transaction, calls one service function, shows the result.

``main`` has the table of ``commands`` and turns errors into exit codes; ``app`` is what a command
works with; ``groups``, ``options`` and ``types`` are what all of them understand. Commands ask by
``asking``, show by ``reading`` and write by ``writing``; ``output`` lays out what is printed,
``help`` explains and ``completion`` completes.
"""
