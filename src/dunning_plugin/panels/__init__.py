"""Panels: one module a panel behind one interface (interface.py); panels know nothing of policy or store."""
