"""What a word on the command line may become, for bash, zsh, fish and the program's own shell.

Commands, options and choices come from Click's tree, values from its types by way of
:mod:`crm.cli.completion.candidates`. Completion is silent: what it does not know, it does not
offer.
"""

PROGRAM = "epicevents"
VARIABLE = "_EPICEVENTS_COMPLETE"  # of the environment, where a shell's script asks
