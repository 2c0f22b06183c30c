"""``python -m licit``: the command ``licit``, where scripts of an environment are not on the path."""

from licit.surfaces.cli import main

if __name__ == "__main__":
    main()
