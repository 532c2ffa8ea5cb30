"""Reading: listings, sheets, searches and references through the database's views.

Nothing here imports SQLAlchemy, and what only declares a listing does not import the driver either,
so that help and completion can name its fields.
"""
