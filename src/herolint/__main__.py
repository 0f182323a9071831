"""`python -m herolint`: the same as the console script."""

from herolint._start import console

if __name__ == "__main__":
    console()
