"""How objects describe the subcommands of a program: what the tables of calls say of it."""

from collections.abc import Iterable

import msgspec


class SubcommandTable(msgspec.Struct, frozen=True):
    """Types that describe a subcommand, with the field that holds its name, and what is known of their fields and methods.

    `runs` are fields that hold what a subcommand runs, `executes` methods by which a program runs the one that it is asked for; `programs`
    are what makes a program that holds subcommands and is none itself. Without one that is named, a command or program that has nothing of
    its own to run prints its help and ends; `asked` are fields and methods that name one in its place. The field `checks` judges the
    arguments; calls of `demands` refuse fewer of them than they are given as a number.
    """

    names: dict[str, str] = {}
    runs: frozenset[str] = frozenset()
    executes: frozenset[str] = frozenset()
    programs: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()
    checks: str = ""
    demands: frozenset[str] = frozenset()


def merged(tables: Iterable[SubcommandTable]) -> SubcommandTable:
    """Those of several languages as one."""
    known = list(tables)
    return SubcommandTable(
        names={name: field for table in known for name, field in table.names.items()},
        runs=frozenset().union(*(table.runs for table in known)),
        executes=frozenset().union(*(table.executes for table in known)),
        programs=frozenset().union(*(table.programs for table in known)),
        asked=frozenset().union(*(table.asked for table in known)),
        checks=next((table.checks for table in known if table.checks), ""),
        demands=frozenset().union(*(table.demands for table in known)),
    )
