"""``epicevents``, also as ``python -m crm``."""

import gc
import sys


def main() -> None:
    """Run the command line and exit with its status."""
    # Importing makes many objects and no garbage; looking for some all the while costs a tenth.
    gc.set_threshold(50_000)
    try:
        from crm.cli.main import run_command

        status = run_command(sys.argv[1:])
    except KeyboardInterrupt:  # also while all this is imported
        status = 130
    sys.exit(status)


def _forget_the_directory() -> None:
    """Take the working directory out of where modules are looked for, as ``python -P`` does.

    ``python -m`` puts it there first, so that a file of it could pass for a library.
    """
    if not sys.flags.safe_path and sys.path:
        del sys.path[0]


if __name__ == "__main__":
    _forget_the_directory()
    main()
