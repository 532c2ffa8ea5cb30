"""The database: where it lies, transactions on it, who acts in them, and what its errors mean."""
