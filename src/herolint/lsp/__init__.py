"""The language server: findings in the editor while files change, with quick fixes and the rules' pages. Needs `herolint[lsp]`."""
