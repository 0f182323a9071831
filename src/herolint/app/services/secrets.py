"""Secrets in the pushed files: well-known token formats, keys, addresses with passwords, values of secret names. Values are masked here."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from herolint.app.services.secret_settings import (
    ENV_FILE,
    KEY_FILE,
    WORDS,
    in_assignments,
    in_defines,
    in_env_file,
    in_hocon,
    is_for_outside,
    is_public,
    key_file,
)
from herolint.app.services.secret_values import PLACEHOLDER, entropy, looks_made_up, looks_random, mask
from herolint.finding import Place
from herolint.knowledge.secrets import Token, load_secret_formats
from herolint.patterns import lazy
from herolint.source import SourceFile, Span

if TYPE_CHECKING:
    from herolint.app.model import App

URL_PASSWORD = lazy(
    r"(?P<scheme>postgres(?:ql)?(?:\+\w+)?|mysql(?:\+\w+)?|mariadb|mssql(?:\+\w+)?|mongodb(?:\+srv)?|rediss?|amqps?|smtps?|cloudinary|https?|socks5h?|ftps?)"
    r"://(?P<user>[^:@/\s\"'`{}<>$()\[\]]*):(?P<s>[^@/\s\"'`{}<>$()\[\]]{3,})@(?P<host>[A-Za-z0-9.-]+)"
)  # fmt: skip
LOCAL_HOSTS = frozenset({"127.0.0.1", "0.0.0.0", "example.com", "host.docker.internal"})
_INVENTED_HOST = lazy(r"example|yourdomain|sentry|(^|\.)domain\.(com|net|org|tld)$|(^|\.)x{2,}(\.|$)")
"""Hosts of documentation; an address of Sentry is for clients too."""
_CERTIFICATE = lazy(r"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END")
_PLAIN_SCHEMES = ("http", "https", "ftp", "ftps", "socks5", "socks5h")
_QUIET_FOLDERS = frozenset(
    """
    test tests testing __tests__ __mocks__ e2e cypress spec specs fixtures testdata mock mocks example examples sample samples doc docs
    documentation node_modules venv .venv env site-packages vendor godeps third_party bower_components migrations cassettes seed seeds locale
    locales i18n lang translation translations
    """.split()
)
_QUIET_FILES = lazy(
    r"(?i)(example|sample|template|\.dist$|-dist$|\.md$|\.rst$|\.lock$|lock\.json$|\.svg$|[.-]min\.js$|\.bundle\.js$|\.map$|(^|/)(test_|conftest)|"
    r"[._]test\.|[._-]spec\.|_test\.|\.pem\.pub$|\.csv$|\.tsv$|\.secrets\.baseline)"
)
DEVELOPMENT = lazy(
    r"(?i)(^|[/._-])(dev|devel|development|devstack|local|localhost|test|tests|testing|ci|docker|compose|vagrant|travis|snakeoil)([/._-]|$)|docker-compose|(^|/)\.?mise(\.\w+)?\.toml$|(^|/)\.envrc$|(^|/)devenv\.nix$"
)
"""Files for a developer's machine: only what a service handed out counts there."""
ENDINGS = tuple(
    """
    .py .js .mjs .cjs .ts .jsx .tsx .vue .svelte .rb .rake .ru .erb .go .rs .java .kt .scala .groovy .gradle .php .cs .swift .dart .lua .pl .r
    .R .jl .ipynb .html .json .yml .yaml .toml .ini .cfg .cnf .conf .config .env .sh .bash .zsh .ps1 .bat .cmd .properties .xml .pem .key .ppk
    .rsa .txt .tf .tfvars .sql .npmrc .netrc .pypirc .yarnrc Procfile Dockerfile Makefile Jenkinsfile id_rsa id_dsa id_ecdsa id_ed25519
    """.split()
)
"""Endings of the files that are read."""
MAX_BYTES = 400_000
"""Larger files hold data, not settings, and are not searched."""
DJANGO_KEY = "Django's SECRET_KEY"
DJANGO_KEY_LENGTH = 30
"""Characters from which on a SECRET_KEY may be one that `startproject` made."""
_MADE_LENGTH = 32
"""Characters from which on a password in an address may be one that a service made."""
_FOR_TESTS = lazy(r"(?i)tests?_|testing_")
"""How names begin whose values are made up for a test."""
_SECRET_KEY = lazy(rf"^SECRET_KEY\s*=\s*[rfu]?(['\"])(?P<s>[^'\"\n]{{{DJANGO_KEY_LENGTH},}})\1\s*(?:#.*)?$", re.MULTILINE)
_STRETCHES = bytes(ord("a") if chr(byte).isascii() and chr(byte).isalnum() else ord(" ") for byte in range(256))
"""Makes `a` of letters and digits, so that so many of them in a row are found in a fraction of the time that a pattern takes."""
DATA_ENDINGS = (".ipynb", ".html", ".sql", ".txt", ".xml", "package.json")
"""Ends of the paths of files in which a name with a value says nothing: only formats of tokens, and addresses, count."""


class Secret(msgspec.Struct, frozen=True):
    """A secret with its kind, place and a masked form; the value itself is never kept. `name`: what it is given to, where that is a name."""

    kind: str
    at: Place
    masked: str
    certain: bool
    name: str = ""


def secrets_in(app: App) -> Iterator[Secret]:
    """Secrets in the files that would be pushed."""
    for path, entry in app.workspace.files.items():
        if (
            entry.kind != "file"
            or not 8 <= entry.size <= MAX_BYTES
            or not (path.endswith(ENDINGS) or ENV_FILE.search(path) or KEY_FILE.search(path))
        ):
            continue
        if is_beside_production(path):
            continue
        source = app.workspace.read(path)
        if source is not None and not source.is_binary and not _for_localhost(app, source):
            yield from (secret for secret in secrets_of(source) if not (_FOR_TESTS.match(secret.name) and _never_runs(app, path)))


def is_beside_production(path: str) -> bool:
    """Whether a path is that of a test, an example, documentation or a copy of somebody else's code."""
    return not _QUIET_FOLDERS.isdisjoint(path.lower().split("/")) or _QUIET_FILES.search(path) is not None


def _never_runs(app: App, path: str) -> bool:
    """Whether a file holds code that no process loads: a script that somebody starts by hand."""
    return app.has("code") and app.code.code.mod(path) is not None and not app.code.reached_by(path)


def _for_localhost(app: App, source: SourceFile) -> bool:
    """Whether a file is the key of a certificate beside it that is made out to localhost."""
    if not source.path.endswith((".pem", ".key")) or b"PRIVATE KEY" not in source.data:
        return False
    folder = posixpath.dirname(source.path)
    beside = (
        path for path in app.workspace.files if posixpath.dirname(path) == folder and path.endswith((".pem", ".crt", ".cert", ".cer"))
    )
    for path in beside:
        other = app.workspace.read(path)
        match = _CERTIFICATE.search(other.text) if other is not None and not other.is_binary else None
        if match is not None and "localhost" in _decoded("".join(match[1].split())):
            return True
    return False


def secrets_of(source: SourceFile) -> Iterator[Secret]:
    """Secrets of one file; of those that overlap, the first kind found."""
    taken: list[Span] = []
    for found in (*_tokens(source), *_urls(source), *_named(source), *_django(source)):
        span = found.at.span
        if span is not None and not any(t.start < span.end and span.start < t.end for t in taken):
            taken.append(span)
            source.mask(span)
            yield found


def masked(words: str) -> str:
    """Words that are told as a file has them, such as a command or an address, without the secrets in them."""
    source = SourceFile("", words.encode("utf-8", "replace"))
    return source.slice(Span(0, len(source.data))) if list(secrets_of(source)) else words


def _tokens(source: SourceFile) -> Iterator[Secret]:
    data, text = source.data, source.text
    at_home = DEVELOPMENT.search(source.path) is not None
    stretches = data.translate(_STRETCHES)
    longest = next((length for length in load_secret_formats().lengths if b"a" * length not in stretches), MAX_BYTES)
    for token in load_secret_formats().token:
        if token.long >= longest or not any(needle in data for needle in token.needles):
            continue
        for match in token.regex.finditer(text):
            value, at = match["s"], _place(source, match.start("s"), match.end("s"))
            if value.startswith("-----BEGIN"):
                if not at_home:
                    kind = "the key of a Google service account" if '"service_account"' in text else token.kind
                    yield Secret(kind, at, "-----BEGIN …", True)
            elif (
                not looks_made_up(value)
                and entropy(value) > 3.0
                and _fits(token, value)
                and not _for_browsers(token, source, match.start())
            ):
                yield Secret(token.kind, at, mask(value), token.sure)


def _reads_only(value: str) -> bool:
    """Whether a token says of itself that it only reads: those of Nx Cloud do, and stand in nx.json by design."""
    return _decoded(value).endswith("|read")


def _fits(token: Token, value: str) -> bool:
    """Whether the parts in base 64 hold what the format asks for."""
    if token.digits:
        return _decoded(value.partition(".")[0]).isdigit()
    return not token.role or f'"{token.role}"' in _decoded(value.split(".")[1])


def _decoded(part: str) -> str:
    import base64
    import binascii

    try:
        return base64.b64decode(part.replace("-", "+").replace("_", "/") + "=" * (-len(part) % 4)).decode("latin-1")
    except (binascii.Error, ValueError):
        return ""


def _for_browsers(token: Token, source: SourceFile, at: int) -> bool:
    """Whether a key that may be public stands where browsers or phones are given it."""
    if not token.near:
        return False
    line = source.text[source.text.rfind("\n", 0, at) + 1 : at]
    if is_public(line.strip().partition("=")[0]):
        return True
    near = source.text[max(0, at - 600) : at + 600]
    return source.path.endswith((".html", "google-services.json")) or any(word in near for word in token.near)


def _urls(source: SourceFile) -> Iterator[Secret]:
    if b"://" not in source.data or b"@" not in source.data:
        return
    at_home = DEVELOPMENT.search(source.path) is not None
    for match in URL_PASSWORD.finditer(source.text):
        password, host, user = match["s"], match["host"].lower(), match["user"]
        if (
            host in LOCAL_HOSTS
            or ("." not in host and (at_home or not _long(password)))
            or host.endswith((".local", ".internal", ".test"))
            or host.startswith(("192.168.", "10."))
        ):
            continue
        if _INVENTED_HOST.search(host) or host.startswith(("your", "host.")) or (host.startswith("my") and not looks_random(password, 12)):
            continue
        if PLACEHOLDER.match(password) or password.lower() in ("password", user.lower()) or re.fullmatch(r"[A-Z_]+|\d{1,5}|%\w", password):
            continue
        scheme = match["scheme"].partition("+")[0]
        if scheme in _PLAIN_SCHEMES and (
            looks_made_up(password) or not user or len(password) < 8 or not any(c.isdigit() for c in password)
        ):
            continue
        kind = "a password in an address" if scheme in _PLAIN_SCHEMES else f"{'an' if scheme[0] in 'a' else 'a'} {scheme} password"
        yield Secret(kind, _place(source, match.start("s"), match.end("s")), "…", True)


def _long(password: str) -> bool:
    """Whether it is as long and as random as what services make: then the host may be put together elsewhere, and need not be a whole one."""
    return len(password) >= _MADE_LENGTH and entropy(password) > 3.2


def _named(source: SourceFile) -> Iterator[Secret]:
    """Secrets that a name says to be one."""
    if ENV_FILE.search(source.path):
        for name, value, span, sure in in_env_file(source):
            yield Secret(f"the value of {name}", Place(source.path, span, "secret"), mask(value), sure)
        return
    if KEY_FILE.search(source.path):
        if (key := key_file(source)) is not None:
            yield Secret(key[0], _place(source, key[2], key[3]), mask(key[1]), True)
        return
    if source.path.endswith(DATA_ENDINGS):
        return
    at_home = DEVELOPMENT.search(source.path) is not None
    lower = source.data.lower()
    if any(word in lower for word in WORDS):
        for given in (*in_assignments(source), *in_defines(source), *in_hocon(source)):
            if at_home and not is_for_outside(source, given):
                continue
            if not (given.name == "SECRET_KEY" and source.path.endswith(".py")) and not _reads_only(given.value):
                yield Secret(
                    f"the value of {given.name}", _place(source, given.start, given.end), mask(given.value), given.sure, given.name
                )


def _django(source: SourceFile) -> Iterator[Secret]:
    """Django's SECRET_KEY written out: the one that `startproject` makes signs every session."""
    if not source.path.endswith(".py") or b"SECRET_KEY" not in source.data:
        return
    for match in _SECRET_KEY.finditer(source.text):
        value = match["s"]
        made = value.removeprefix("django-insecure-")
        if not looks_made_up(made) and entropy(made) > 3.5:
            yield Secret(DJANGO_KEY, _place(source, match.start("s"), match.end("s")), mask(value), False)


def _place(source: SourceFile, start: int, end: int) -> Place:
    return Place(source.path, source.span_of_text(start, end), "secret")
