"""Suppression, one step after all rules: ignore comments beside the place and `[[ignores]]` of the configuration."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import msgspec

from herolint.comments import Comment, find_comments
from herolint.config import Ignore
from herolint.finding import Finding, Place, Problem, Suppression
from herolint.globs import matches
from herolint.rules.registry import Rule
from herolint.selection import codes_of, unknown_rule
from herolint.source import SourceFile


class Outcome(msgspec.Struct, frozen=True):
    """What is left after suppression: findings that count, those that do not and why, and ignores that are wrong."""

    kept: tuple[Finding, ...]
    suppressed: tuple[tuple[Finding, Suppression], ...]
    problems: tuple[Problem, ...]


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """What suppression has to know: every rule, which of them ran, the day, and where config patterns start.

    `prefix` stands before a finding's path to make it relative to the configuration's folder.
    """

    rules: Sequence[Rule]
    enabled: frozenset[str]
    today: date
    prefix: str = ""

    def codes(self, word: str) -> frozenset[str]:
        """The codes of the rules that a word of an ignore means: a code, the beginning of one, or a name."""
        return codes_of(word, self.rules)


def suppress(findings: Iterable[Finding], sources: Iterable[SourceFile], ignores: Sequence[Ignore], scope: Scope) -> Outcome:
    """Part `findings` into kept and suppressed ones. Every source file in which a comment may stand belongs in `sources`."""
    problems: list[Problem] = []
    inline = _Inline(sources, scope, problems)
    configured = _Configured(ignores, scope, problems)
    kept: list[Finding] = []
    suppressed: list[tuple[Finding, Suppression]] = []
    for finding in findings:
        # Both are asked, so that neither is called unused because the other came first.
        reasons = [reason for reason in (inline.reason(finding), configured.reason(finding)) if reason]
        if reasons:
            suppressed.append((finding, reasons[0]))
        else:
            kept.append(finding)
    inline.report_unused()
    configured.report_unused()
    return Outcome(tuple(kept), tuple(suppressed), tuple(problems))


class _Inline:
    """The ignore comments of all files."""

    def __init__(self, sources: Iterable[SourceFile], scope: Scope, problems: list[Problem]) -> None:
        self.scope = scope
        self.problems = problems
        self.sources: dict[str, SourceFile] = {}
        self.comments: dict[str, list[tuple[Comment, str, frozenset[str]]]] = {}
        self.used: set[tuple[Comment, str]] = set()
        for source in sources:
            for comment in find_comments(source):
                self._add(source, comment)

    def _add(self, source: SourceFile, comment: Comment) -> None:
        self.sources[source.path] = source
        if comment.mistake:
            self.problems.append(Problem(message=comment.mistake, path=source.path, span=comment.span))
            return
        for word in comment.rules:
            codes = self.scope.codes(word)
            if codes:
                self.comments.setdefault(source.path, []).append((comment, word, codes))
            else:
                message = f"ignore comment names an {unknown_rule(word, self.scope.rules)}"
                self.problems.append(Problem(message=message, path=source.path, span=comment.span))

    def reason(self, finding: Finding) -> Suppression | None:
        """Why a comment accepts the finding, if one does."""
        span = finding.at.span
        if span is None or finding.at.path not in self.comments:
            return None
        source = self.sources[finding.at.path]
        first, last = source.line_of(span.start), source.line_of(max(span.start, span.end - 1))
        found: Suppression | None = None
        for comment, word, codes in self.comments[finding.at.path]:
            if finding.code in codes and comment.covers(first, last):
                self.used.add((comment, word))
                found = found or Suppression("inline", comment.reason, Place(finding.at.path, comment.span))
        return found

    def report_unused(self) -> None:
        """A problem for each ignore that no finding needed, unless its rule did not run."""
        for path, comments in self.comments.items():
            for comment, word, codes in comments:
                if (comment, word) not in self.used and codes <= self.scope.enabled:
                    message = f"unused ignore: no finding of {word} here"
                    self.problems.append(Problem(message=message, path=path, span=comment.span))


class _Configured:
    """The `[[ignores]]` of the configuration."""

    def __init__(self, ignores: Sequence[Ignore], scope: Scope, problems: list[Problem]) -> None:
        self.scope = scope
        self.problems = problems
        self.ignores: list[tuple[Ignore, frozenset[str]]] = []
        self.used: set[int] = set()
        for ignore in ignores:
            if ignore.expired(scope.today):
                message = f"{ignore.origin}: ignore of {ignore.rule} under {ignore.path} ended on {ignore.until} and is not applied"
                problems.append(Problem(message=message))
            else:
                self.ignores.append((ignore, scope.codes(ignore.rule)))

    def reason(self, finding: Finding) -> Suppression | None:
        """Why an entry accepts the finding, if one does."""
        found: Suppression | None = None
        for index, (ignore, codes) in enumerate(self.ignores):
            if finding.code in codes and matches(ignore.path, self.scope.prefix + finding.at.path):
                self.used.add(index)
                found = found or Suppression("config", ignore.reason)
        return found

    def report_unused(self) -> None:
        """A problem for each entry that no finding needed, unless its rule did not run."""
        for index, (ignore, codes) in enumerate(self.ignores):
            if index not in self.used and codes <= self.scope.enabled:
                self.problems.append(Problem(message=f"{ignore.origin}: unused ignore: no finding of {ignore.rule} under {ignore.path}"))
