"""What was replaced by what between two texts."""

from __future__ import annotations

from difflib import SequenceMatcher


def replacements(old: str, new: str) -> list[tuple[int, int, str]]:
    """The shortest few (start, end, text) that make `old` into `new`, in order: whole lines where lines come or go."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    head = 0
    while head < min(len(before), len(after)) and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < min(len(before), len(after)) - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    before, after = before[head : len(before) - tail], after[head : len(after) - tail]
    starts = [len("".join(old.splitlines(keepends=True)[:head]))]
    for line in before:
        starts.append(starts[-1] + len(line))
    found = []
    for tag, first, last, new_first, new_last in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            start, end, text = starts[first], starts[last], "".join(after[new_first:new_last])
            found.append(_trimmed(old, start, end, text) if tag == "replace" else (start, end, text))
    return found


def _alike(one: str, other: str) -> int:
    """How many signs two texts have in common at their start."""
    at = 0
    while at < min(len(one), len(other)) and one[at] == other[at]:
        at += 1
    return at


def _trimmed(old: str, start: int, end: int, text: str) -> tuple[int, int, str]:
    """A replacement without what stays at both of its ends."""
    gone = old[start:end]
    head = _alike(gone, text)
    tail = _alike(gone[head:][::-1], text[head:][::-1])
    if "\r\n" in gone + text:
        # A line break of two characters stays whole.
        head -= gone[:head].endswith("\r")
        tail -= gone[len(gone) - tail :].startswith("\n") if tail else 0
    return start + head, end - tail, text[head : len(text) - tail]
