"""The rules: one function each, one family a folder."""
