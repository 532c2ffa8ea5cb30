"""Passwords, session tokens and the private files of one workstation."""
