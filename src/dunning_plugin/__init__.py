"""dunning: from 'invoice overdue' to 'paid, and everything back exactly as it was'."""

__version__ = "0.1.0"
