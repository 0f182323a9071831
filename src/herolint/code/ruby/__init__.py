"""The Ruby front end: tree-sitter's tree turned into language-neutral facts."""
