"""`python -m herolint`: the same as the console script."""

import sys

from herolint._start import main

if __name__ == "__main__":
    sys.exit(main())
