"""Lay and lift blocks. `moves` decides (pure), `act` acts, `orders` turns a person's wish into orders."""
