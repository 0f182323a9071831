"""One parser per file format: text in, a typed document with spans out; judges nothing."""
