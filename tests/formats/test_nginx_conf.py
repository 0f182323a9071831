"""nginx configuration: directives at any depth, placeholders and comments."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from herolint.formats import nginx_conf
from herolint.source import SourceFile

CONF = """\
# listen 1;
events { worker_connections 5; }
http {
  log_format main '$remote_addr; "$request"';
  server {
    listen 80 default_server; # the usual one
    listen [::]:${PORT};
    server_name "a b";
    location / { try_files $uri /index.html; if ($x ~* "\\.(a|b)$") { return 301; } }
  }
}
"""


def test_directives() -> None:
    source = SourceFile("nginx.conf", CONF.encode())
    assert [(text, source.slice(span)) for text, span in nginx_conf.listened(source)] == [
        ("80", "listen 80 default_server"),
        ("[::]:${PORT}", "listen [::]:${PORT}"),
    ]
    names = [one.name for one in nginx_conf.parse(source)]
    assert names == "events worker_connections http log_format server listen listen server_name location try_files if return".split()


@given(st.text("listen 80;{}$#'\"\\ \n", max_size=200))
def test_any_text_is_read(text: str) -> None:
    source = SourceFile("x", text.encode())
    assert all(one.span.end <= len(source.data) for one in nginx_conf.parse(source))
