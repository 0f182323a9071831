"""Options of the command line that code declares: what each holds as the processes' commands give it, else its variable or its default."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from herolint.app.linking.module import Mod
from herolint.app.linking.values import UNKNOWN, Env, Items, Known, Made, Value, text_of
from herolint.code import facts
from herolint.code.facts import CallFact
from herolint.code.queries import argument, last_name
from herolint.patterns import lazy

if TYPE_CHECKING:
    from herolint.app.folding.fold import Folder

_PFLAG = "github.com/spf13/pflag"
_COBRA = "github.com/spf13/cobra.Command()"
_READ_VARIABLES = "github.com/namsral/flag"
"""A set of flags each of which may be given by a variable of its name as well."""
_SETS = frozenset(
    f"{package}{made}" for package in ("flag", _PFLAG, _READ_VARIABLES) for made in ("", ".NewFlagSet()", ".FlagSet()", ".CommandLine")
) | frozenset(f"{_COBRA}.{kind}()" for kind in ("Flags", "PersistentFlags", "LocalFlags", "InheritedFlags"))
"""What declares flags by calls: `flag.String`, `command.Flags().StringP`."""
_CLI = ("github.com/urfave/cli", "gopkg.in/urfave/cli", "github.com/codegangsta/cli")
"""Packages whose flags are described by objects: `cli.StringFlag{Name: "addr", Value: ":8080"}`."""
_KINGPIN = ("gopkg.in/alecthomas/kingpin", "github.com/alecthomas/kingpin")
"""Packages whose flags are described by chains of calls: `kingpin.Flag("addr", "…").Default(":8080").String()`."""
_KINDS = "(String|Int|Int32|Int64|Uint|Uint16|Uint32|Uint64|Bool|Duration|Float64|Path|TCP)"
_DECLARES = lazy(_KINDS + r"(Var)?(P)?\Z")
_GETS = lazy(r"(?:Get)?" + _KINDS + r"\Z")


class Flags:
    """What the modules that have been loaded so far declare as options of the command line."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self._loaded = -1
        self._named: dict[str, list[tuple[Mod, CallFact]]] = {}

    def value(self, name: str, made: Made) -> Value | None:
        """What a call of that qualified name gives, if it declares a flag or reads one; None if it does neither."""
        owner, _, method = name.rpartition(".")
        if owner in _SETS:
            declares = _DECLARES.match(method)
            if declares is not None:
                return self._declared(owner, made, at=1 if declares[2] else 0, short=bool(declares[3]))
            return self.named(text_of(made.args[0])) if method.startswith("Get") and _GETS.match(method) and made.args else None
        if owner.startswith(_CLI):
            return self._of_cli(owner, method, made)
        return self._of_chain(made.call) if owner.startswith(_KINGPIN) and _DECLARES.match(method) else None

    def named(self, name: str | None) -> Value:
        """The value of the flag of that name, if one is declared and all that are agree."""
        self._look()
        found = {self.folder.fold(mod, fact.function, fact.call) for mod, fact in self._named.get(name or "", ())}
        return found.pop() if len(found) == 1 else UNKNOWN

    def option(self, mod: Mod, function: int, call: facts.Call) -> str:
        """How a command spells the flag that a call declares or reads; empty where it does neither."""
        owner, _, method = (self.folder.linker.qualified(mod, function, call.func) or "").rpartition(".")
        if owner not in _SETS and not owner.startswith(_CLI):
            return ""
        reads = _GETS.match(method.removeprefix("Global")) if method.startswith("Get") or owner not in _SETS else None
        names = list(_names(call))
        if not names and reads is not None and isinstance(given := argument(call, 0, None), facts.Const):
            names = [str(given.value)]
        return f"{'-' if owner.startswith('flag') else '--'}{names[0]}" if names else ""

    def _declared(self, owner: str, made: Made, *, at: int, short: bool) -> Value:
        """`String("addr", ":8080", …)`, behind a target where it is a `Var`, with a short name where it is a `P`."""
        width = 3 if short else 2
        given = made.args[at : at + width]
        name = text_of(given[0]) if given else None
        if name is None or len(given) < width:
            return UNKNOWN
        names = (name, text_of(given[1]) or "") if short else (name,)
        variables = (name.upper().replace("-", "_"),) if owner.startswith(_READ_VARIABLES) else ()
        return self._settled(names, variables, given[-1])

    def _of_cli(self, owner: str, method: str, made: Made) -> Value | None:
        """`cli.StringFlag{…}`, or `context.String("addr")`."""
        if owner in _CLI and method.endswith("Flag"):
            names = [word.strip() for word in (text_of(made.keyword("Name") or UNKNOWN) or "").split(",")]
            aliases = made.keyword("Aliases")
            names += [text_of(one) or "" for one in aliases.items] if isinstance(aliases, Items) else []
            default = made.keyword("Value")
            if default is None:
                required = made.keyword("Required") == Known(True)
                default = UNKNOWN if required or not method.startswith("String") else Known("")
            return self._settled(names, tuple(_variables(made)), default) if names[0] else UNKNOWN
        reads = made.args and _GETS.match(method.removeprefix("Global"))
        return self.named(text_of(made.args[0])) if reads and owner.endswith((".Context()", ".Command()")) else None

    def _of_chain(self, call: facts.Call) -> Value:
        """`Flag("addr", "…").Envar("ADDR").Default(":8080").String()`, from its end."""
        said: dict[str, Value] = {}
        at: facts.AnyExpr = call.func
        while isinstance(at, facts.Attr) and isinstance(at.base, facts.Call):
            first = argument(at.base, 0, None)
            said[last_name(at.base.func)] = Known(first.value) if isinstance(first, facts.Const) else UNKNOWN
            at = at.base.func
        name, variable = text_of(said.get("Flag", UNKNOWN)), text_of(said.get("Envar", UNKNOWN))
        return self._settled((name,), (variable,) if variable else (), said.get("Default", UNKNOWN)) if name else UNKNOWN

    def _settled(self, names: tuple[str, ...] | list[str], variables: tuple[str, ...], default: Value) -> Value:
        """What is given on the command line; else what one of the variables holds; else the default."""
        options = self.folder.environment.options
        given = next((options[name] for name in names if name in options), None)
        if given is not None:
            return given
        value = default
        for name in reversed(variables):
            value = Env(name, value if value is not UNKNOWN else None)
        return value

    def _look(self) -> None:
        """Find what declares flags."""
        code = self.folder.linker.code
        if code.asked_for == self._loaded:
            return
        self._loaded = code.asked_for
        self._named = {}
        for mod in tuple(code.loaded()):
            for fact in mod.facts.calls:
                for name in _names(fact.call):
                    owner = (self.folder.linker.qualified(mod, fact.function, fact.call.func) or "").rpartition(".")[0]
                    if owner in _SETS or owner in _CLI:
                        self._named.setdefault(name, []).append((mod, fact))


def _names(call: facts.Call) -> Iterator[str]:
    """The names of the flag that a call may declare, by how it is spelled."""
    last = last_name(call.func)
    declares = _DECLARES.match(last)
    given = argument(call, None, "Name") if last.endswith("Flag") else argument(call, 1 if declares[2] else 0, None) if declares else None
    if isinstance(given, facts.Const) and isinstance(given.value, str):
        yield from (word.strip() for word in given.value.split(","))


def _variables(made: Made) -> Iterator[str]:
    """The variables that fill a flag which an object describes."""
    for name in (text_of(made.keyword("EnvVar") or UNKNOWN) or "").split(","):
        if name.strip():
            yield name.strip()
    several = made.keyword("EnvVars")
    sources = made.keyword("Sources")
    for one in (*(several.items if isinstance(several, Items) else ()), *(sources.args if isinstance(sources, Made) else ())):
        if (text := text_of(one)) is not None:
            yield text
