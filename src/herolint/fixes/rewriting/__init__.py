"""Changes of Python code on its syntax tree. Loads libcst: only the child process imports what is in here."""
