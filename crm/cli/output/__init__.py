"""How results look: the streams, tables and sheets for people, and the formats for machines.

``console`` holds what a command says until its transaction is committed; ``columns`` declares how
each field looks; ``table`` and ``detail`` lay out listings and records; ``export`` writes them for
machines; ``cells`` makes every outside text harmless before it is measured and coloured.
"""
