"""The PostgreSQL that comes with the package, its data under ``EPICEVENTS_HOME``.

It answers on a socket only, in a directory that nobody else can enter; whoever can enter it is its
administrator. It outlives the command that starts it. The programs are a wheel's, but not its
``get_server``, which listens where others can connect and stops the server with us.

===========  ====================================================================
place        where the data, the socket and the programs are; whether it answers
cluster      what others use: start, stop, remove
server       the process; imported only to start or stop one
data         the data directory, made and configured
origin       whether the data were made here
fence        what no file in them may decide
account      the user that root's server runs as
reach        what that user can reach
packages     the wheels with PostgreSQL's programs
programs     how these are run
postmaster   what a server says of itself
===========  ====================================================================
"""

from crm.embedded.cluster import Cluster as Cluster
