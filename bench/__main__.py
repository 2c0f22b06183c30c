"""``make bench``: run every benchmark of this folder, or those that are named, and print ratios from this one run."""

import importlib
import pkgutil
import sys

import bench

_LONG = {"release", "real", "deid"}


def main() -> None:
    """Run the benchmarks named on the command line, or all of them, the long ones last."""
    names = [module.name for module in pkgutil.iter_modules(bench.__path__) if not module.name.startswith("_")]
    asked = sys.argv[1:] or sorted(names, key=lambda name: (name in _LONG, name))
    sys.argv[1:] = []
    for name in asked:
        print(f"\n== {name}", flush=True)
        importlib.import_module(f"bench.{name}").main()


if __name__ == "__main__":
    main()
