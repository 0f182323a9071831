"""Whether a file can still be read as well as before it was changed."""

from __future__ import annotations

from herolint.source import SourceFile


def broke(before: SourceFile | None, after: SourceFile) -> bool:
    """Whether the changed file holds more that its parser cannot read than the old one did."""
    found = _errors(after)
    return found > 0 and found > (_errors(before) if before is not None else 0)


def _errors(source: SourceFile) -> int:
    """How many places of the file its parser cannot read."""
    from herolint.code import facts_of, language_of

    name = source.path.rpartition("/")[2]
    ending = name.rpartition(".")[2].lower()
    if language_of(source.path) is not None:
        module = facts_of(source)
        return len(module.errors) if module is not None else 0
    if ending == "json":
        from herolint.formats import json_tree

        return len(json_tree.load(source).problems)
    if ending == "toml" or name == "Pipfile":
        from herolint.formats import toml_tree

        return len(toml_tree.load(source).problems)
    if ending in ("yml", "yaml"):
        from herolint.formats import yaml_tree

        return len(yaml_tree.load(source).problems)
    if name == "Procfile":
        from herolint.formats import procfile

        return len(procfile.parse(source).broken)
    if ending == "txt" and "requirements" in source.path:
        from herolint.formats import requirements

        return len(requirements.parse(source, lambda _path: None).invalid)
    return 0
