"""A company to try the program with."""
