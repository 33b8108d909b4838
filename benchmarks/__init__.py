"""Ratios against what a host would use otherwise, measured in one run each: `make bench`."""
