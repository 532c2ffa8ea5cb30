"""Epic Events CRM: clients, contracts, events and the people who run them."""

__version__ = "0.2.0"
