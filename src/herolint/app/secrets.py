"""Secrets in the pushed files: well-known token formats, keys, addresses with passwords, framework secret keys. Values are masked here."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from herolint.finding import Place
from herolint.source import SourceFile, Span

if TYPE_CHECKING:
    from herolint.app.model import App

# Each: what it is, the pattern (group `s` is the secret itself).
TOKENS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "a private key",
        re.compile(r"(?P<s>-----BEGIN (?:RSA |EC |DSA |OPENSSH |PGP )?PRIVATE KEY(?: BLOCK)?-----)(?=[\s\\n]+[A-Za-z0-9+/=\s\\]{60,})"),
    ),
    ("an AWS access key", re.compile(r"(?<![A-Za-z0-9/+])(?P<s>(?:AKIA|ASIA)[0-9A-Z]{16})(?![A-Za-z0-9/+=])")),
    ("a GitHub token", re.compile(r"(?<![A-Za-z0-9])(?P<s>gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{60,})")),
    ("a Slack token", re.compile(r"(?P<s>xox[abprs]-[0-9]{8,}-[0-9A-Za-z-]{16,})")),
    ("a Stripe live key", re.compile(r"(?<![A-Za-z0-9])(?P<s>[sr]k_live_[0-9A-Za-z]{20,})")),
    ("a SendGrid key", re.compile(r"(?<![A-Za-z0-9])(?P<s>SG\.[A-Za-z0-9_-]{20,24}\.[A-Za-z0-9_-]{39,50})")),
    ("a Google API key", re.compile(r"(?<![A-Za-z0-9])(?P<s>AIza[0-9A-Za-z_-]{35})(?![0-9A-Za-z_-])")),
    ("a Telegram bot token", re.compile(r"(?<![A-Za-z0-9])(?P<s>[0-9]{8,10}:AA[0-9A-Za-z_-]{33})(?![0-9A-Za-z_-])")),
    (
        "a Discord bot token",
        re.compile(r"(?<![A-Za-z0-9])(?P<s>[MNO][A-Za-z0-9]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40})(?![A-Za-z0-9_-])"),
    ),
    ("an OpenAI key", re.compile(r"(?<![A-Za-z0-9_-])(?P<s>sk-(?:(?:proj|svcacct|admin)-[A-Za-z0-9_-]{40,}|[A-Za-z0-9]{40,}))(?![A-Za-z0-9_-])")),
    ("an Anthropic key", re.compile(r"(?<![A-Za-z0-9-])(?P<s>sk-ant-[A-Za-z0-9_-]{40,})")),
    ("a Twilio key", re.compile(r"(?<![A-Za-z0-9])(?P<s>SK[0-9a-f]{32})(?![0-9a-f])")),
    ("a Mailgun key", re.compile(r"(?<![A-Za-z0-9-])(?P<s>key-[0-9a-f]{32})(?![0-9a-f])")),
    ("an npm token", re.compile(r"(?<![A-Za-z0-9])(?P<s>npm_[A-Za-z0-9]{36})(?![A-Za-z0-9])")),
)  # fmt: skip
URL_PASSWORD = re.compile(
    r"(?P<scheme>postgres(?:ql)?(?:\+\w+)?|mysql(?:\+\w+)?|mongodb(?:\+srv)?|rediss?|amqps?|smtps?)://(?P<user>[^:@/\s\"'{}<>$]*):(?P<s>[^@/\s\"'{}<>$]{3,})@(?P<host>[A-Za-z0-9.-]+)"
)
PLACEHOLDER = re.compile(
    r"(?i)^(x+|\*+|\.+|-+|<.*>|\[.*\]|\{.*\}|%.*%|\$.*|your.*|my.*|change.*|replace.*|example.*|sample.*|dummy.*|test.*|fake.*|placeholder.*|todo.*|secret.*|"
    r"pass(word)?\d*|admin\d*|root\d*|user\d*|postgres\d*|guest|mysql\d*|mongo\d*|redis\d*|django.?insecure.*|insecure.*|dev.*|local.*|docker.*|none|null|undefined|foo.*|bar.*|abc.*|1234.*|qwerty.*|token.*|key.*|api.?key.*|enter.*|insert.*|put.*|some.*|hunter2|pw\d*|pwd\d*|s3cr3t.*)$"
)  # fmt: skip
LOCAL_HOSTS = (
    "localhost",
    "127.0.0.1",
    "0.0.0.0",
    "db",
    "postgres",
    "postgresql",
    "redis",
    "mongo",
    "mongodb",
    "mysql",
    "database",
    "host",
    "hostname",
    "rabbitmq",
    "broker",
    "example.com",
    "host.docker.internal",
    "cache",
    "mariadb",
    "server",
    "my-host",
    "ip",
)
QUIET_FOLDERS = re.compile(
    r"(^|/)(tests?|testing|__tests__|spec|specs|fixtures|testdata|mocks?|examples?|samples?|docs?|node_modules|venv|\.venv|env|site-packages|vendor|\.github|migrations|cassettes)(/|$)",
    re.I,
)
QUIET_FILES = re.compile(
    r"(?i)(example|sample|template|\.dist$|-dist$|\.md$|\.rst$|\.ipynb$|\.lock$|lock\.json$|\.svg$|\.min\.js$|\.map$|(^|/)test_|_test\.|\.test\.|\.spec\.|docker-compose|\.travis\.yml|\.pem\.pub$|\.csv$|\.tsv$)"
)
READ = (
    ".py",
    ".js",
    ".ts",
    ".jsx",
    ".tsx",
    ".rb",
    ".go",
    ".java",
    ".php",
    ".json",
    ".yml",
    ".yaml",
    ".toml",
    ".ini",
    ".cfg",
    ".conf",
    ".env",
    ".sh",
    ".properties",
    ".xml",
    ".pem",
    ".key",
    ".txt",
    ".config",
    "Procfile",
    "Dockerfile",
    ".rsa",
)
ENV_NAMES = re.compile(
    r"(?i)(secret|token|passw|passwd|pwd|api_?key|private_?key|access_?key|auth_?key|credential|database_url|mongo.*ur[il]|redis_url)"
)
ENV_FILE = re.compile(r"(^|/)\.env(\.(production|prod|staging|local|dev|development|heroku))?$|(^|/)(prod|production|local|dev)?\.env$")
MAX_BYTES = 400_000


DJANGO_KEY = "Django's SECRET_KEY"


class Secret(NamedTuple):
    """A secret with its kind, place and a masked form; the value itself is never kept."""

    kind: str
    at: Place
    masked: str
    certain: bool


def mask(value: str) -> str:
    """The first characters and a length, enough to find it and too little to use it."""
    return f"{value[:4]}… ({len(value)} characters)"


def secrets_in(app: App) -> Iterator[Secret]:
    """Secrets in the files that would be pushed."""
    for path, entry in app.workspace.files.items():
        if entry.kind != "file" or entry.size > MAX_BYTES or QUIET_FOLDERS.search(path) or QUIET_FILES.search(path):
            continue
        if not path.endswith(READ) and not ENV_FILE.search(path):
            continue
        source = app.workspace.read(path)
        if source is None or source.is_binary:
            continue
        yield from secrets_of(source)


def secrets_of(source: SourceFile) -> Iterator[Secret]:
    """Secrets of one file."""
    taken: list[Span] = []
    for found in (*_tokens(source), *_urls(source), *(_env(source) if ENV_FILE.search(source.path) else ()), *_django(source)):
        span = found.at.span
        if span is not None and not any(t.start < span.end and span.start < t.end for t in taken):
            taken.append(span)
            source.mask(span)
            yield found


def _tokens(source: SourceFile) -> Iterator[Secret]:
    text = source.text
    for kind, pattern in TOKENS:
        for match in pattern.finditer(text):
            value = match["s"]
            if kind == "a private key":
                yield Secret(kind, _place(source, match.start("s"), match.end("s")), "-----BEGIN …", True)
            elif not _looks_made_up(value) and entropy(value) > 3.0:
                yield Secret(kind, _place(source, match.start("s"), match.end("s")), mask(value), kind != "a Google API key")


def _urls(source: SourceFile) -> Iterator[Secret]:
    for match in URL_PASSWORD.finditer(source.text):
        password, host = match["s"], match["host"].lower()
        if (
            host in LOCAL_HOSTS
            or "." not in host
            or host.endswith((".example.com", ".example.org", ".local", ".internal"))
            or "example" in host
            or "yourdomain" in host
        ):
            continue
        if PLACEHOLDER.match(password) or password.lower() in ("password", match["user"].lower()) or re.fullmatch(r"[A-Z_]+", password):
            continue
        yield Secret(f"a {match['scheme'].partition('+')[0]} password", _place(source, match.start("s"), match.end("s")), "…", True)


def _env(source: SourceFile) -> Iterator[Secret]:
    from herolint.formats.dotenv import parse

    for line in parse(source):
        value = line.value
        if (
            not value
            or not ENV_NAMES.search(line.name)
            or PLACEHOLDER.match(value)
            or len(value) < 8
            or "localhost" in value
            or "127.0.0.1" in value
            or value.startswith(("sqlite", "${"))
        ):
            continue
        if entropy(value) < 2.5 or re.fullmatch(r"[a-z_-]+|[A-Z_-]+|https?://\S+|true|false", value):
            continue
        yield Secret(f"the value of {line.name}", Place(source.path, line.value_span, "secret"), mask(value), True)


def _django(source: SourceFile) -> Iterator[Secret]:
    """Django's SECRET_KEY written out: the one that `startproject` makes signs every session."""
    if not source.path.endswith(".py"):
        return
    for match in re.finditer(r"^SECRET_KEY\s*=\s*[rfu]?(['\"])(?P<s>[^'\"\n]{30,})\1\s*$", source.text, re.M):
        value = match["s"]
        if not _looks_made_up(value) and entropy(value) > 3.5:
            yield Secret(DJANGO_KEY, _place(source, match.start("s"), match.end("s")), mask(value), False)


def _place(source: SourceFile, start: int, end: int) -> Place:
    return Place(source.path, source.span_of_text(start, end), "secret")


def _looks_made_up(value: str) -> bool:
    lower = value.lower()
    return (
        bool(re.search(r"example|xxxx|your|dummy|fake|sample|placeholder|abcdef|0123456789|1234567890|test_?key|changeme|replace", lower))
        or len(set(value)) < 8
    )


def entropy(value: str) -> float:
    """Shannon entropy in bits a character."""
    counts = Counter(value)
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values()) if value else 0.0
