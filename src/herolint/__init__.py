"""herolint reads a repository as the platform would receive it and says what will break after the push.

As a library:

    import herolint

    result = herolint.check("path/to/repository")
    for finding in result.findings:
        print(finding.code, finding.severity.word, finding.at.path, result.position(finding.at), finding.message)

Importing it loads nothing else: each of the names below is loaded when it is first used.
"""

__version__ = "0.1.0"

TYPE_CHECKING = False  # as in `typing`, which would have to be imported for it
if TYPE_CHECKING:
    from herolint.api import (
        Confidence,
        Config,
        ConfigError,
        Context,
        ContextError,
        Finding,
        Fix,
        Place,
        Problem,
        Result,
        Severity,
        check,
        load_config,
        load_context,
        render,
    )

__all__ = [
    "Confidence",
    "Config",
    "ConfigError",
    "Context",
    "ContextError",
    "Finding",
    "Fix",
    "Place",
    "Problem",
    "Result",
    "Severity",
    "check",
    "load_config",
    "load_context",
    "render",
]

if not TYPE_CHECKING:  # so that type checkers still tell names that do not exist

    def __getattr__(name):
        if name not in __all__:
            raise AttributeError(f"module 'herolint' has no attribute {name!r}")
        from herolint import api

        return globals().setdefault(name, getattr(api, name))

    def __dir__():
        return sorted({*globals(), *__all__})
