"""Follows the blocks of a shell script and lists the simple commands that run, with what decides whether they do."""

from __future__ import annotations

import msgspec

from herolint.formats.shell_draft import Draft, Folder, Frame, Functions, changed, is_test
from herolint.formats.shell_lexer import Lexer, Token
from herolint.formats.shell_prefix import assignment_name, inner_text, strip_prefix
from herolint.formats.shell_words import Piece, Places, RawWord
from herolint.source import Span

MAX_TEXT = 120_000
"""Characters of a text that are read: far more than any script, and little enough to take no time."""
_MAX_DEPTH = 100
_MAX_COMMANDS = 20_000
_MAX_INNER = 4
_JOINERS = frozenset({"&&", "||", "|", "|&"})
_PIPES = frozenset({"|", "|&"})
_CLOSERS = {"fi": ("if",), "done": ("while", "until", "for", "select"), "esac": ("case",), "}": ("{",)}
_OPENERS = frozenset({"if", "while", "until", "for", "select", "case", "{"})
_ENDLESS = {"while": ([["true"], [":"]]), "until": ([["false"]])}


class Parser:
    """Reads a text; `unclosed` is the span of a word with an open quote, `too_much` that reading stopped at too many blocks or commands."""

    def __init__(self, text: str, places: Places, path: str = "", depth: int = 0) -> None:
        self._text = text
        self._places = places
        self._path = path
        self._depth = depth
        self._tokens: list[Token] = []
        self._out: list[Draft] = []
        self._stack = [Frame("", 0, False, Folder())]
        self._functions = Functions()
        self._function = ""
        self._negated = False
        self._assigned: list[Token] = []
        self._words: list[Token] = []
        self._redirects: list[tuple[Token, Token | None]] = []
        self.unclosed: Span | None = None
        self.too_much = False

    def run(self) -> list[Draft]:
        """The commands in the order they run."""
        lexer = Lexer(self._text)
        self._tokens = lexer.read()
        if lexer.unclosed is not None:
            self.unclosed = self._places.span(lexer.unclosed.start, lexer.unclosed.end)
        at = 0
        while at < len(self._tokens) and not self.too_much and len(self._out) < _MAX_COMMANDS:
            at = self._step(at)
        self.too_much = self.too_much or at < len(self._tokens)
        self._end_command("")
        return self._out

    def _step(self, at: int) -> int:
        token = self._tokens[at]
        frame = self._stack[-1]
        if frame.patterns and not (token.kind == "word" and token.text == "esac"):
            return self._pattern(at)
        if token.kind == "word":
            return self._word(at)
        if token.kind == "redirect":
            target = self._tokens[at + 1] if at + 1 < len(self._tokens) else None
            self._redirects.append((token, target if target is not None and target.kind == "word" else None))
            return at + (2 if self._redirects[-1][1] else 1)
        if token.kind == "arith":
            frame.tested = True
            return at + 1
        self._operator(token.text)
        return at + 1

    @property
    def _at_start(self) -> bool:
        """Whether the next word would be the first of a command."""
        return not (self._words or self._assigned or self._redirects)

    def _pattern(self, at: int) -> int:
        """Pass the pattern of a `case` branch, which ends at its `)`."""
        frame = self._stack[-1]
        if self._tokens[at].text == "(":
            at += 1
        while at < len(self._tokens) and self._tokens[at].text not in (")", "esac"):
            at += 1
        frame.patterns = at < len(self._tokens) and self._tokens[at].text == "esac"
        return at if frame.patterns else at + 1

    def _word(self, at: int) -> int:
        token = self._tokens[at]
        if self._at_start:
            if token.word is not None and token.word.plain and (after := self._reserved(token.text, at)):
                return after
            if token.text == "[[":
                return self._double_brackets(at)
            following = [t.text for t in self._tokens[at + 1 : at + 3] if t.kind == "op"]
            if following == ["(", ")"]:
                self._function = token.text
                return at + 3
        if not self._words and assignment_name(self._text, token):
            self._assigned.append(token)
        else:
            self._words.append(token)
        return at + 1

    def _double_brackets(self, at: int) -> int:
        """Take `[[ … ]]` as one command whose operators are words."""
        while at < len(self._tokens):
            token = self._tokens[at]
            if token.text == "\n":
                break
            self._words.append(token if token.word else msgspec.structs.replace(token, word=_as_word(token)))
            at += 1
            if token.text == "]]":
                break
        return at

    def _reserved(self, word: str, at: int) -> int:
        """Handle a reserved word: where to go on; 0 if it is none."""
        frame = self._stack[-1]
        if word in _OPENERS:
            self._open(word)
            if word in ("for", "select", "case"):
                return self._heading(word, at + 1)
        elif word in _CLOSERS:
            self._close(*_CLOSERS[word])
        elif word in ("then", "elif", "else"):
            self._branch(word)
        elif word == "do":
            if frame.kind in ("while", "until"):
                frame.certain = [d.program for d in self._out[frame.start :][:2]] in _ENDLESS[frame.kind]
            frame.conditional = frame.conditional or not frame.certain
            frame.end_list(len(self._out))
        elif word == "!":
            self._negated = True
        elif word == "function" and at + 1 < len(self._tokens) and self._tokens[at + 1].kind == "word":
            self._function = self._tokens[at + 1].text
            brackets = [t.text for t in self._tokens[at + 2 : at + 4]] == ["(", ")"]
            return at + (4 if brackets else 2)
        elif word != "coproc":
            return 0
        return at + 1

    def _heading(self, word: str, at: int) -> int:
        """Pass the first line of a `for` or `case`."""
        frame = self._stack[-1]
        start = at
        stop = ("in",) if word == "case" else ("do", ";", "\n", "{")
        while at < len(self._tokens) and self._tokens[at].text not in stop:
            at += 1
        if word == "case":
            frame.patterns, frame.conditional = True, True
            return at + 1
        items = self._tokens[start + 2 : at]
        frame.certain = any(t.word is not None and not t.word.expansions for t in items)
        return at

    def _branch(self, word: str) -> None:
        frame = self._stack[-1]
        if frame.kind != "if":
            return
        frame.conditional = True
        frame.end_list(len(self._out))
        if word != "then":
            frame.branch = frame.branch or frame.folder
            frame.folder = frame.entry

    def _open(self, kind: str) -> None:
        if len(self._stack) >= _MAX_DEPTH:
            self.too_much = True
            return
        outer = self._stack[-1]
        frame = Frame(kind, len(self._out), outer.conditional or outer.list_conditional, outer.folder)
        if self._function:
            frame.function, self._function = self._function, ""
            frame.conditional, frame.folder = False, Folder()
        self._stack.append(frame)

    def _close(self, *kinds: str) -> None:
        """Close the innermost block of a kind, and what was left open inside it; nothing if there is none."""
        if not any(f.kind in kinds for f in self._stack):
            return
        self._end_command("")
        while True:
            frame = self._stack.pop()
            outer = self._stack[-1]
            outer.joiner = ""
            if frame.function:
                self._functions.define(frame.function, self._out[frame.start :], frame.folder)
                del self._out[frame.start :]
            elif frame.kind == "{":
                outer.folder = frame.folder
            elif frame.kind == "if":
                outer.folder = frame.branch or frame.folder
            if frame.kind in kinds:
                return

    def _operator(self, text: str) -> None:
        if text not in ("(", "\n"):
            self._function = ""
        if text == "(":
            self._end_command("")
            self._open("(")
        elif text == ")":
            self._end_command("")
            self._close("(")
        elif text.startswith(";") and text != ";":
            self._end_command(";")
            frame = self._stack[-1]
            if frame.kind == "case":
                frame.patterns, frame.folder = True, frame.entry
        else:
            self._end_command(text)

    def _end_command(self, operator: str) -> None:
        frame = self._stack[-1]
        if not self._at_start:
            self._emit(operator)
        elif operator == "\n" and frame.joiner in _JOINERS:
            return
        elif self._out and len(self._out) > frame.start and not self._out[-1].operator:
            self._out[-1].operator = operator
        if operator == "&":
            for draft in self._out[frame.list_start :]:
                draft.background = True
        frame.joiner = operator
        if operator == "||":
            frame.list_conditional = True
        elif operator == "&&":
            frame.tested = frame.tested or self._negated
            frame.list_conditional = frame.tested
        elif operator not in _PIPES:
            frame.end_list(len(self._out))
        self._negated = False

    def _emit(self, operator: str) -> None:
        """Finish the command that was read."""
        self._function = ""
        frame = self._stack[-1]
        draft = self._draft(operator)
        piped = operator in _PIPES or frame.joiner in _PIPES
        frame.tested = frame.tested or (operator == "&&" and is_test(draft))
        if draft.program in ("cd", "pushd") and not piped and operator != "&" and frame.joiner != "||":
            frame.folder = changed(frame.folder, draft.words, self._path)
        inner = self._inner_drafts(draft)
        self._words, self._assigned, self._redirects = [], [], []
        if inner is None and draft.program in self._functions:
            inner = self._functions.call(draft)
            frame.folder = self._functions.folder_after(draft.program, frame.folder)
        if inner:
            inner[-1].operator = operator
        self._out += [draft] if inner is None else inner

    def _draft(self, operator: str) -> Draft:
        frame, places = self._stack[-1], self._places
        ranges = [(t.start, t.end) for t in (*self._assigned, *self._words)]
        ranges += [(op.start, target.end if target else op.end) for op, target in self._redirects]
        draft = Draft(places.span(min(r[0] for r in ranges), max(r[1] for r in ranges)))
        self._words, draft.exec = strip_prefix(self._text, self._words, self._assigned)
        draft.words = [places.word(t.word) for t in self._words if t.word is not None]
        for token in self._assigned:
            named = assignment_name(self._text, token)
            if named is not None and token.word is not None:
                draft.assignments.append((named[0], places.word(token.word, named[1]), places.span(token.start, token.end)))
        for op, target in self._redirects:
            word = places.word(target.word) if target is not None and target.word is not None else None
            draft.redirects.append((op.text, word, places.span(op.start, target.end if target else op.end)))
        draft.operator = operator
        draft.conditional = frame.conditional or frame.list_conditional
        draft.cwd, draft.cwd_known = frame.folder
        return draft

    def _inner_drafts(self, draft: Draft) -> list[Draft] | None:
        """The commands of `sh -c '…'`; None for another command."""
        token = inner_text(self._words) if self._depth < _MAX_INNER else None
        if token is None or token.word is None:
            return None
        parser = Parser(token.text, self._places.inner(token.word.pieces), "", self._depth + 1)
        drafts = [d.moved_into(draft) for d in parser.run()]
        self.unclosed, self.too_much = self.unclosed or parser.unclosed, self.too_much or parser.too_much
        return drafts


def _as_word(token: Token) -> RawWord:
    """An operator as the word that it is inside `[[ … ]]`."""
    return RawWord(token.start, token.end, (Piece(token.text, token.start, token.start + len(token.text)),), plain=True)
