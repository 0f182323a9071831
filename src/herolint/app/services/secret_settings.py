"""Secrets that are given to a name: in `.env` files, in assignments and mappings of any language, in key files."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

import msgspec

from herolint.app.services.secret_values import PLACEHOLDER, chosen_password, entropy, is_placeholder, looks_random
from herolint.knowledge.secrets import load_secret_formats
from herolint.patterns import lazy
from herolint.source import SourceFile, Span, in_comment

SECRET_NAME = lazy(r"(?i)(secret|token|passw|passwd|pwd|api_?key|app_?key|private_?key|access_?key|auth_?key|credential|jwt)")
STRONG_NAME = lazy(r"(?i)(secret|passw(or)?d|private_?key|(auth|access|bot|bearer|refresh)_?token)")
ENV_FILE = lazy(r"(^|/)\.env(\.(production|prod|staging|local|dev|development|heroku))?$|(^|/)(prod|production|local|dev)?\.env$")
_FOR_VISITORS = lazy(r"(^|/)(static|public)/.*\.js\Z")
"""Scripts that every visitor is given: the key of an API in there is no secret."""
WORDS = (b"secret", b"passw", b"token", b"key", b"pwd")
"""Of these, in lower case, one stands in every file that gives a secret to a name."""

_BEGINNINGS = ("secret", "passw", "_pwd", "_pass", "token")
_KINDS_OF_KEY = "(?:api|app|access|private|auth|consumer|master|signing|encryption)[_-]?"
_KIND_OF_KEY = lazy(rf"{_KINDS_OF_KEY}\Z")
_LONGEST_KIND = len("encryption_")
_GIVEN = lazy(
    rf"(?:secret|passw(?:or)?d|passwd|_pwd|_pass|token|{_KINDS_OF_KEY}key)"
    r"""
        [a-z0-9_]{0,20}
        (?: ['"]? \]? \s{0,4} (?:=|:|=>|:=) | ['"] \s{0,4} , (?: \s{0,4} default \s{0,4} =)? | (?: ['"`] \s? \] )? \s{0,4} (?:\|\||\?\?)
            | ['"] [^'"()\[\]\n]{0,12} [\])] \s{1,4} or
            | \x20{0,2} : \x20{0,2} [\w.\[\]|\x20]{1,40} = (?: \s{0,4} [\w.]{1,30} \( (?: \s{0,4} default \s{0,4} = )? )? )
        \s{0,4} [rbfu]? (?P<q>['"`]) (?P<s>[^'"`\s\\]{6,200}) (?P=q)""",
    re.VERBOSE,
)  # fmt: skip
"""What is given to a name, or stands in where it is not set: `getenv("API_TOKEN", "…")`, `process.env.API_TOKEN || "…"`, `ENV["TOKEN"] || "…"`,
`os.environ["API_TOKEN"] or "…"`; or is the default of a declared field: `api_token: str = "…"`, `api_token: str = Field("…")`.

Looked for in text in lower case: that is eight times as fast as a pattern that minds no case."""
_DEFINED = lazy(r"""\bdefine\(\s*(['"])(?P<name>\w+)\1\s*,\s*(['"])(?P<s>[^'"\n]{6,200})\3""")
"""How PHP gives a name to a constant, as WordPress's settings do."""
_SALT = lazy(r"(?:AUTH|LOGGED_IN|NONCE)_(?:KEY|SALT)\Z")
_SALT_LENGTH = 40
_PLAY_LENGTH = 32
_NOT_SECRET = lazy(
    r"(?i)(hash|digest|_?header|_name|_field|_?url|_?uri|_?path|_?file|type|label|placeholder|hint|regex|pattern|selector|expir\w*|algorithm|"
    r"issuer|audience|prefix|suffix|length|id|email|message|error|title|text|version|tx)\Z"
)
_HOST = lazy(r"""(?i)(?:host|server)(?:name)?['"]?\s*(?:=|:|=>|:=)\s*['"](?P<host>[A-Za-z0-9.-]+)['"]""")
_VARIABLE = lazy(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
"""The name of another config var, in a list of such names."""
_UUID = lazy(r"(?i)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PUT_IN = lazy(r"\{[A-Za-z_][\w.]*\}|[#$]\{")
"""A part of a text that is filled in when the program runs."""
_MAIL = lazy(r"(?i)(email|mail|smtp)\w*pass")
_APP_PASSWORD = lazy(r"[a-z]{16}")
_SECTION = lazy(r"^(?P<name>[A-Za-z_]\w*):[ \t]*(?:[&#].*)?$", re.MULTILINE)
WRITTEN_BY_GENERATORS = frozenset({"secret_key", "pepper"})
"""Names whose values generators write into comments, as Devise does."""
NEAR = 400
"""Characters around a password in which its host stands."""


class Given(msgspec.Struct, frozen=True):
    """A secret with the name it is given to. `start` and `end` count characters of the text; `sure`: nobody would call it public."""

    name: str
    value: str
    start: int
    end: int
    sure: bool


def is_public(name: str) -> bool:
    """Whether a name says that its value is made to be seen."""
    public = load_secret_formats().public
    return name.upper().startswith(public.prefixes) or any(word in name.lower() for word in public.words)


def in_assignments(source: SourceFile) -> Iterator[Given]:
    """Literals that are given to a name such as `consumer_secret`, and look like what the name says."""
    text, lower = source.text, source.text.lower()
    if len(lower) != len(text):
        lower = text  # letters that grow when they are made small would move every place
    for match in _given(lower):
        start = match.start()
        while start and (text[start - 1].isalnum() or text[start - 1] in "_-"):
            start -= 1
        name = re.split(r"""['"\s\]:=]""", text[start : match.end()], maxsplit=1)[0]
        value = text[match.start("s") : match.end("s")]
        if load_secret_formats().public.is_value(value) or value.lower() == name.lower() or _VARIABLE.fullmatch(value):
            continue
        if _PUT_IN.search(value):
            continue  # it is put together when the program runs
        if is_public(name) or _NOT_SECRET.search(name) or is_placeholder(value) or text[:start].endswith("\\"):
            continue  # behind a backslash the name begins with an escape: it is a line of a longer text
        if not _belongs_to_production(source, match.start()) or (_is_shown(source, match.start()) and not STRONG_NAME.search(name)):
            continue
        comment = in_comment(text, start)
        if comment and name in WRITTEN_BY_GENERATORS:
            continue
        if _UUID.fullmatch(value) and "passw" in name.lower():
            continue  # nobody's password, but the number of something that has to do with passwords
        if looks_random(value):
            yield Given(name, value, match.start("s"), match.end("s"), not comment and bool(STRONG_NAME.search(name)) and len(value) >= 20)
        elif _is_password(name) and _is_chosen(name, value, text, match.start()):
            yield Given(name, value, match.start("s"), match.end("s"), True)


def _given(lower: str) -> Iterator[re.Match[str]]:
    """What the pattern matches. Where it can begin is looked for first: words are found many times faster than a pattern is tried."""
    starts = [at for word in _BEGINNINGS for at in _places(lower, word)]
    kinds = (_KIND_OF_KEY.search(lower, max(0, at - _LONGEST_KIND), at) for at in _places(lower, "key"))
    starts += (kind.start() for kind in kinds if kind is not None)
    done = 0
    for start in sorted(starts):
        if start >= done and (match := _GIVEN.match(lower, start)) is not None:
            yield match
            done = match.end()


def _places(text: str, word: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


def _is_shown(source: SourceFile, at: int) -> bool:
    """Whether a place stands in a script that every visitor is given: a file of its own, or a part of a page's template."""
    if _FOR_VISITORS.search(source.path):
        return True
    before = source.text.rfind("<script", 0, at)
    return before >= 0 and source.text.find("</script", before, at) < 0


def _is_chosen(name: str, value: str, text: str, at: int) -> bool:
    """Whether a password that a person chose, or a mail provider made of letters, is for a server outside."""
    if _MAIL.search(name):
        return chosen_password(value) or bool(_APP_PASSWORD.fullmatch(value) and "gmail" in text and not is_placeholder(value))
    return chosen_password(value) and _remote_host(text, at)


def _is_password(name: str) -> bool:
    return bool(re.search(r"(?i)(pass(w(or)?d)?|pwd)\Z", name))


def is_for_outside(source: SourceFile, given: Given) -> bool:
    """Whether it is a password to a host that its place names and that is not the developer's machine."""
    return _is_password(given.name) and _remote_host(source.text, given.start)


def _remote_host(text: str, at: int) -> bool:
    """Whether the nearest host that stands near is outside the developer's machine."""
    hosts = _HOST.finditer(text, max(0, at - NEAR), at + NEAR)
    nearest = min(hosts, key=lambda match: abs(match.start() - at), default=None)
    return nearest is not None and _remote(nearest["host"])


def _belongs_to_production(source: SourceFile, at: int) -> bool:
    """Whether the place stands outside a YAML file's section for development or tests."""
    if not source.path.endswith((".yml", ".yaml")):
        return True
    section = None
    for match in _SECTION.finditer(source.text, 0, at):
        section = match["name"]
    return section not in ("development", "test", "dev", "local", "testing")


def in_defines(source: SourceFile) -> Iterator[Given]:
    """PHP's constants: the password of a database elsewhere, and the keys that WordPress signs logins with."""
    if not source.path.endswith(".php") or "define(" not in source.text:
        return
    found = list(_DEFINED.finditer(source.text))
    elsewhere = any(match["name"].endswith("HOST") and _remote(match["s"]) for match in found)
    for match in found:
        name, value = match["name"], match["s"]
        if in_comment(source.text, match.start()):
            continue
        password = _is_password(name) and elsewhere and not PLACEHOLDER.match(value) and any(char.isdigit() for char in value)
        if password or (_SALT.search(name) and len(value) >= _SALT_LENGTH and entropy(value) > 4.0):
            yield Given(name, value, match.start("s"), match.end("s"), True)


_PLAY_KEYS = frozenset({"play.http.secret.key", "play.crypto.secret", "application.secret"})
"""What Play signs its sessions with, in the words of its releases."""


def in_hocon(source: SourceFile) -> Iterator[Given]:
    """Play's key, where no variable takes its place."""
    if not source.path.endswith(".conf") or "secret" not in source.text:
        return
    from herolint.formats.hocon import parse

    found = [entry for entry in parse(source) if entry.key in _PLAY_KEYS]
    if found and not any("${" in entry.value for entry in found):
        entry = found[-1]
        text = source.slice(entry.span)
        start = source.text.find(text)
        if len(entry.value) >= _PLAY_LENGTH and not is_placeholder(entry.value) and entropy(entry.value) > 3.5 and text.startswith('"'):
            yield Given(entry.key, entry.value, start + 1, start + 1 + len(entry.value), True)


def _remote(host: str) -> bool:
    """Whether a host is outside the developer's machine."""
    return "." in host and not host.startswith(("127.", "0.0.0.0", "192.168.", "10.")) and "example" not in host


def in_env_file(source: SourceFile) -> Iterator[tuple[str, str, Span, bool]]:
    """Real values of a committed `.env`: (name, value, span, sure)."""
    from herolint.formats.dotenv import parse

    lines = parse(source)
    local = posixpath.basename(source.path) in (".env.local", ".env.dev", ".env.development", "local.env", "dev.env")
    used = [line.value for line in lines]
    hosts = {line.name.rpartition("_")[0]: line.value for line in lines if line.name.endswith("_HOST")}
    for line in lines:
        value = line.value
        if not value or not SECRET_NAME.search(line.name) or is_public(line.name) or _NOT_SECRET.search(line.name) or is_placeholder(value):
            continue
        if value == line.name or (local and used.count(value) > 1) or any(word in value for word in ("localhost", "127.0.0.1", "://")):
            continue
        random = looks_random(value.removeprefix("base64:"), 12)
        at_home = hosts.get(line.name.rpartition("_")[0], "").lower() in ("localhost", "127.0.0.1", "db", "postgres", "mysql", "redis")
        if random or (_is_password(line.name) and chosen_password(value) and entropy(value) > 2.0 and not local and not at_home):
            yield line.name, value, line.value_span, not local


_RAILS_KEY_FILE = lazy(r"(^|/)config/(master|credentials/\w+)\.key\Z")
"""Where Rails keeps the key to its encrypted credentials."""
KEY_FILE = lazy(
    r"(^|/)config/(master|credentials/\w+)\.key\Z|(?i:(^|/)\.?((encryption|fernet|cipher|secret|master)[_.-]?)?key(\.(key|txt|bin))?\Z)"
)
"""Files that hold one key and nothing else."""


def key_file(source: SourceFile) -> tuple[str, str, int, int] | None:
    """What kind of key a key file holds, the key, and its place in the text."""
    is_rails = _RAILS_KEY_FILE.search(source.path) is not None
    match = re.fullmatch(r"\s*(?P<s>[0-9a-f]{32})\s*" if is_rails else r"\s*(?P<s>[\w-]{43}=)\s*", source.text)
    kind = "the key to Rails' credentials" if is_rails else "a Fernet key"
    return (kind, match["s"], match.start("s"), match.end("s")) if match else None
