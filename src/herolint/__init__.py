"""herolint reads a repository as the platform would receive it and says what will break after the push."""

__version__ = "0.1.0"
