"""`herolint lsp`: the language server, which editors start."""

from __future__ import annotations

import click


@click.command("lsp", short_help="Serve an editor (language server).")
def command() -> int:
    """Serve an editor over stdin and stdout in the Language Server Protocol: findings while files change, quick fixes, the rules' pages."""
    try:
        from herolint.lsp.server import serve
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("pygls", "lsprotocol"):
            raise
        raise click.ClickException("the language server needs more packages: install `herolint[lsp]`") from error
    serve()
    return 0
