"""Files that people bring along, read as tables: headings, and rows of texts.

Reading knows nothing of the database; what a row becomes is decided by :mod:`crm.services`.
"""
