"""Run every benchmark beside this file and write results.json; exit code 1 if a goal is missed."""

import json
import pkgutil
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, Dict

HERE = Path(__file__).parent


def main() -> int:
    """Measure all; print and write the ratios."""
    results: Dict[str, Any] = {}
    for module in sorted(found.name for found in pkgutil.iter_modules([str(HERE)]) if not found.name.startswith("_")):
        print(module, flush=True)
        results.update(import_module(f"benchmarks.{module}").run())
    (HERE / "results.json").write_text(json.dumps(results, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    missed = [name for name, row in results.items() if not met(row)]
    for name, row in sorted(results.items()):
        sign = "at least" if row.get("at_least") else "at most"
        print(f"{name}: {row['ratio']} (goal: {sign} {row['goal']}){'  MISSED' if name in missed else ''}")
    return 1 if missed else 0


def met(row: Dict[str, Any]) -> bool:
    """Is the goal of one ratio met?"""
    return bool(row["ratio"] >= row["goal"] if row.get("at_least") else row["ratio"] <= row["goal"])


if __name__ == "__main__":
    sys.exit(main())
