"""The command line: parses, opens one transaction, calls one service function, shows the result.

``main`` runs a command line and turns errors into exit codes; ``app`` is what a command works with.
``tree`` finds the ``commands`` by their words; ``groups``, ``options`` and ``types`` are what all
of them understand, ``noun_options`` what those of one subject do. Commands ask by ``asking``, show
by ``reading`` and write by ``writing``; ``output`` lays out what is printed, ``help`` explains and
``completion`` completes.
"""
