"""One requirement as pip and the other installers write it: `name[extra]>=1 ; marker`, a URL, or a path."""

from __future__ import annotations

import re
from urllib.parse import unquote

import msgspec

from herolint.patterns import lazy
from herolint.source import Span

NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_VERSION = (
    r"v?(?:\d+!)?\d+(?:\.\d+)*(?:\.\*)?"  # epoch and release
    r"(?:[-_.]?(?:a|b|c|rc|alpha|beta|pre|preview)[-_.]?\d*)?"
    r"(?:(?:-\d+)|(?:[-_.]?(?:post|rev|r)[-_.]?\d*))?(?:[-_.]?dev[-_.]?\d*)?"
    r"(?:\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?"  # local version
)
_CLAUSE = rf"(?:(?:==|~=|!=|<=|>=|<|>)[ \t]*{_VERSION}|===[ \t]*[^\s,;)]+)"
_REQUIREMENT = lazy(
    rf"(?P<name>{NAME})[ \t]*(?:\[(?P<extras>[A-Za-z0-9._, \t-]*)\])?[ \t]*"
    rf"(?P<open>\()?[ \t]*(?P<spec>(?:{_CLAUSE}[ \t]*(?:,[ \t]*|(?![=~!<>])))+)?[ \t]*(?(open)\))[ \t]*(?:;(?P<marker>.*))?\Z",
    re.IGNORECASE | re.DOTALL,
)
_PLAIN = lazy(rf"(?P<name>{NAME})(?P<spec>(?:[=~!<>]=|[<>])[0-9]+(?:\.[0-9]+)*)?\Z")
"""Most lines: the patterns for all others take longer to compile than a list takes to read."""
_ARCHIVES = (".whl", ".tar.gz", ".zip")
_URL_FORM = lazy(rf"(?P<name>{NAME})[ \t]*(?:\[(?P<extras>[^\]]*)\])?[ \t]*@[ \t]*(?P<url>\S+)(?:[ \t]+;(?P<marker>.*))?\Z", re.DOTALL)
_HASH = lazy(r"[ \t]--hash[= \t][ \t]*(?P<hash>\S+)")
_LINE_OPTION = lazy(r"[ \t]+--(?:global-option|install-option|build-option|config-settings?|hash)\b.*\Z", re.DOTALL)
_URL = lazy(r"(?:git|hg|svn|bzr)\+(?:[a-z+]*:|\$\{)|\$\{\w+\}|(?:https?|ftp|file|git|ssh):|git@", re.IGNORECASE)
_EGG = lazy(r"[#&]egg=(?P<name>[A-Za-z0-9._-]+)(?:\[(?P<extras>[^\]]*)\])?")
_WHEEL = lazy(r"(?P<name>[A-Za-z0-9._]+)-(?P<version>\d[^-]*)-(?:[^-]+-){2,3}[^-]+\.whl\Z")
_SDIST = lazy(r"(?P<name>[A-Za-z0-9._-]+?)-(?P<version>\d[A-Za-z0-9.]*)\.(?:tar\.gz|zip|tar\.bz2)\Z")


class Requirement(msgspec.Struct, frozen=True):
    """One thing to install. `name` is normalised (empty where a URL or path does not tell it); `pinned` its exact version.

    `specifier` is the version part as written without white space; `path` a local folder or archive; `span` covers the line,
    `name_span` the name as written.
    """

    name: str
    raw_name: str
    extras: tuple[str, ...]
    specifier: str
    marker: str
    url: str
    path: str
    editable: bool
    hashes: tuple[str, ...]
    file: str
    span: Span
    name_span: Span
    pinned: str | None


def normalise(name: str) -> str:
    """The name as the package index compares it: lower case, runs of `-`, `_` and `.` as one `-` (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_requirement(text: str, file: str, span: Span, *, editable: bool) -> Requirement | str:
    """The requirement in a logical line without comment, or why pip refuses it."""
    plain = _PLAIN.match(text)
    if plain and not editable and not text.endswith(_ARCHIVES):
        return _made(plain["name"], "", plain["spec"] or "", "", "", "", False, (), file, span)
    hashes = tuple(match["hash"] for match in _HASH.finditer(text))
    body = _LINE_OPTION.sub("", text).strip()
    located = _located(body)
    if located is not None:
        url, path, name, extras, marker = located
        return _made(name, extras, "", marker, url, path, editable, hashes, file, span)
    if editable:
        return "an editable requirement must be a folder or a VCS address"
    match = _URL_FORM.match(body)
    if match:
        url = match["url"]
        path = unquote(url.removeprefix("file://")) if url.startswith("file:") else ""
        return _made(match["name"], match["extras"], "", match["marker"] or "", url, path, False, hashes, file, span)
    match = _REQUIREMENT.match(body)
    if match:
        spec = "".join((match["spec"] or "").split()).rstrip(",")
        return _made(match["name"], match["extras"], spec, (match["marker"] or "").strip(), "", "", False, hashes, file, span)
    return _refused(body)


def _located(body: str) -> tuple[str, str, str, str, str] | None:
    """(url, path, name, extras, marker) of a requirement by address or path; None for one by name."""
    marker = ""
    if " ;" in body:
        body, _, marker = (part.strip() for part in body.partition(" ;"))
    egg = _EGG.search(body)
    name, extras = (egg["name"], egg["extras"] or "") if egg else ("", "")
    if _URL.match(body):
        if not name:
            name = _archive_name(body)
        path = unquote(body.removeprefix("file://").partition("#")[0]) if body.startswith("file:") else ""
        return body, path, name, extras, marker
    if _URL_FORM.match(body):
        return None
    bare, _, tail = body.partition("[")
    if (
        body.startswith((".", "/", "~"))
        or re.match(r"[A-Za-z]:[\\/]", body)
        or ("/" in bare and " @ " not in body)
        or bare.endswith(_ARCHIVES)
    ):
        return "", bare, name or _archive_name(bare), extras or tail.rstrip("]"), marker
    return None


def _archive_name(address: str) -> str:
    last = unquote(address.partition("#")[0].partition("?")[0]).replace("\\", "/").rstrip("/").rpartition("/")[2]
    match = _WHEEL.match(last) or _SDIST.match(last)
    return match["name"] if match else ""


def _made(
    name: str,
    extras: str | None,
    spec: str,
    marker: str,
    url: str,
    path: str,
    editable: bool,
    hashes: tuple[str, ...],
    file: str,
    span: Span,
) -> Requirement:
    listed = tuple(sorted(normalise(extra.strip()) for extra in (extras or "").split(",") if extra.strip()))
    pinned = re.fullmatch(r"={2,3}([^,*]+)", spec)
    name_span = Span(span.start, min(span.end, span.start + len(name.encode()))) if not url and not path and not editable else span
    return Requirement(
        normalise(name) if name else "",
        name,
        listed,
        spec,
        marker.strip(),
        url,
        path,
        editable,
        hashes,
        file,
        span,
        name_span,
        pinned[1] if pinned else None,
    )


def _refused(body: str) -> str:
    """Why a line is no requirement, as a reader would put it."""
    first = body.split()[0] if body.split() else body
    if re.match(rf"{NAME}=[^=]", body):
        return "a version is pinned with `==` (one `=` is conda's way)"
    if first in ("pip", "pip3", "python") and "install" in body:
        return "this is a command, not a requirement"
    if body[0] in "\"'":
        return "pip takes no quotes here"
    if body.startswith(("<<<<<<<", "=======", ">>>>>>>")):
        return "a merge conflict was left here"
    if re.fullmatch(rf"{NAME}[ \t]+\d[\w.]*", body):
        return "a version is pinned with `==` (this is the table that `pip list` prints)"
    if re.fullmatch(r"[-=]+(?:[ \t]+[-=]+)*", body):
        return "this is a line of the table that `pip list` prints"
    if "," in body and re.match(rf"{NAME}[ \t]*,", body):
        return "one requirement stands on each line"
    pin = re.match(rf"{NAME}[ \t]*(?:\[[^\]]*\])?[ \t]*(?:===?|~=|!=|[<>]=?)[ \t]*(?P<version>[^\s,;]*)", body)
    if pin:
        return f"`{pin['version']}` is no version" if pin["version"] else "no version stands behind the sign"
    return "it is no requirement"
