"""HOCON, the settings of Play and Ktor."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from herolint.formats.hocon import parse
from herolint.source import SourceFile

PLAY = b"""# settings
play.http.secret.key = "s3cret" # of laptops
play {
  server.http {
    port = 9000
    port = ${?PORT}
  }
  i18n { langs = ["en"] }
  modules.enabled += mine.Module
}
db.default { url = "jdbc:h2:mem:play"
  driver: org.h2.Driver }
// last
ktor.deployment.port = 8080
"""


def test_whole_keys_with_their_values() -> None:
    source = SourceFile("application.conf", PLAY)
    found = parse(source)
    assert [(one.key, one.value) for one in found] == [
        ("play.http.secret.key", "s3cret"),
        ("play.server.http.port", "9000"),
        ("play.server.http.port", "${?PORT}"),
        ("play.modules.enabled", "mine.Module"),
        ("db.default.url", "jdbc:h2:mem:play"),
        ("db.default.driver", "org.h2.Driver"),
        ("ktor.deployment.port", "8080"),
    ]
    assert source.slice(found[0].span) == '"s3cret"'


@given(st.binary())
def test_any_bytes_are_read(data: bytes) -> None:
    source = SourceFile("application.conf", data)
    for one in parse(source):
        assert one.value.strip('"') in source.slice(one.span)
