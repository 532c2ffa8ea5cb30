"""What ``epicevents`` is on the path of a test: a run of the forked program with these streams.

``python -S epicevents.py SOCKET ARGUMENTS`` starts in a hundredth of a second, asks as
``support.warm`` does, and ends as the program does. For scripts: in a terminal it would be outside.
"""

import json
import os
import signal
import socket
import struct
import sys

NUMBER = struct.Struct("=q")


def main() -> None:
    """Run the program with our arguments, environment, directory and streams."""
    path, *arguments = sys.argv[1:]
    request = {"arguments": arguments, "environ": dict(os.environ), "directory": os.getcwd()}  # noqa: PTH109
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        socket.send_fds(connection, [json.dumps(request).encode() + b"\n"], [0, 1, 2])
        connection.recv(NUMBER.size, socket.MSG_WAITALL)
        (status,) = NUMBER.unpack(connection.recv(NUMBER.size, socket.MSG_WAITALL))
    if os.WIFSIGNALED(status):
        signal.signal(os.WTERMSIG(status), signal.SIG_DFL)
        os.kill(os.getpid(), os.WTERMSIG(status))
    sys.exit(os.WEXITSTATUS(status))


if __name__ == "__main__":
    main()
