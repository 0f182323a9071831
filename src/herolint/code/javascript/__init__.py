"""The JavaScript and TypeScript front end: tree-sitter's tree turned into language-neutral facts."""
