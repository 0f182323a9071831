"""Reads a GitHub Actions workflow: which commands its steps run, and which actions they use with which inputs."""

from __future__ import annotations

import msgspec

from herolint.finding import Problem
from herolint.formats import yaml_tree
from herolint.formats.tree import Node
from herolint.source import SourceFile, Span

Input = tuple[str, Span]
"""A text and where it is written."""


class Step(msgspec.Struct, frozen=True, eq=False):
    """One step of a job: the action it uses (without its version), that action's inputs, its commands, the folder they run in."""

    uses: str = ""
    inputs: dict[str, Input] = {}
    run: Input | None = None
    folder: str = ""
    at: Span = Span(0, 0)


class Workflow(msgspec.Struct, frozen=True, eq=False):
    """All steps in the order of the file."""

    steps: tuple[Step, ...] = ()
    problems: tuple[Problem, ...] = ()


def parse(source: SourceFile) -> Workflow:
    """The workflow; one that is no YAML has no steps."""
    tree = yaml_tree.load(source)
    jobs = tree.get("jobs")
    found: list[Step] = []
    for job in jobs.entries if jobs is not None else ():
        folder = job.value.text("defaults", "run", "working-directory") or ""
        steps = job.value.get("steps")
        found += [_step(node, folder) for node in (steps.items if steps is not None else ()) if node.kind == "map"]
    return Workflow(tuple(found), tree.problems)


def _step(node: Node, folder: str) -> Step:
    uses, run, given = node.text("uses"), node.get("run"), node.get("with")
    inputs = {
        entry.key: (_written(entry.value), entry.value.span)
        for entry in (given.entries if given is not None else ())
        if entry.value.kind not in ("map", "list", "null")
    }
    command = (run.value, run.span) if run is not None and isinstance(run.value, str) else None
    at = node.entry("uses") or node.entry("run")
    return Step(
        uses=(uses or "").partition("@")[0],
        inputs=inputs,
        run=command,
        folder=(node.text("working-directory") or folder).removeprefix("./").strip("/"),
        at=at.span if at is not None else node.span,
    )


def _written(node: Node) -> str:
    """A scalar as the action receives it: GitHub hands every input over as text."""
    return ("true" if node.value else "false") if node.kind == "bool" else str(node.value)
