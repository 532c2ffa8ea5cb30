"""One server as the rest of the program uses it: started, stopped, removed.

What does that is imported only then; most commands find the server running.
"""

from crm.embedded.place import Place


class Cluster(Place):
    """One server and its data, which commands start and leave running."""

    def start(self, *, adopt: bool = False) -> None:
        """Start the server unless it runs, making its data first where there are none.

        Of several processes that start it at once, one does and the others wait. The server has a
        session of its own, so that neither Ctrl-C nor a closed terminal ends it. Data that were not
        made here are started only with ``adopt``, and are ours from then on.

        Raises DatabaseUnavailable: ``embedded_not_installed``, ``foreign_cluster``,
        ``embedded_version_mismatch`` for data of another major version, ``embedded_not_started``
        with the reason from its log, or the cause where the system refuses.
        """
        if not self.is_running():
            from crm.embedded import server

            server.start_server(self, adopt=adopt)

    def stop(self) -> None:
        """Stop the server if it runs; what is not committed is rolled back.

        Raises DatabaseUnavailable ``embedded_not_stopped``.
        """
        if self.is_initialised():
            from crm.embedded import server

            server.stop_server(self)

    def remove(self) -> None:
        """Stop the server and delete all its data. Raises as :meth:`stop` does, and OSError."""
        from crm.embedded import server

        self.stop()
        server.remove_server(self)
