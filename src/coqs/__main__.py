"""``python -m coqs`` is the ``coqs`` command. The roof: nothing but the door to `coqs.cli`."""

from __future__ import annotations

import sys

from coqs.cli import main

if __name__ == "__main__":
    sys.exit(main())
