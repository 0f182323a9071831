"""What the linker asks of a language; the answers here suit languages in which files know only what they import."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from herolint.code import facts
from herolint.code.facts import Import

if TYPE_CHECKING:
    from herolint.app.linking.codebase import CodeBase
    from herolint.app.linking.link import Linker
    from herolint.app.linking.module import Mod
    from herolint.app.linking.target import Target
    from herolint.app.linking.values import Value


class Dialect:
    """One language over one code base."""

    options_objects = False
    """Whether calls take named options in an object among their arguments."""
    follows_values = False
    """Whether types tell so well whose function or field a name means that what it is given elsewhere counts as its value."""

    raises = True
    """Whether what fails ends its caller unless that shields itself; else it gives back an error, which the caller looks at."""
    plain_calls = False
    """Whether a call without arguments looks like a name, so that `()` in qualified names tells nothing."""

    strict_names = False
    """Whether a name that nothing binds ends the program."""
    calls_by_name = False
    """Whether a method of an object runs only where its name is written, unless somebody outside is given the object."""

    promises = False
    """Whether calls that take time give back promises, so that only what is awaited is waited for."""
    constructor = "__init__"
    """The method that runs when an object of a class is made."""
    unwritten = frozenset({"NotImplementedError"})
    """What a method makes and throws that the classes below its own must write."""

    def __init__(self, code: CodeBase) -> None:
        self.code = code

    def stands_for_parent(self, base: facts.AnyExpr) -> bool:
        """Whether an expression stands for the object as the classes above its own know it."""
        return False

    def imported(self, mod: Mod, imp: Import) -> Iterable[str]:
        """Paths of the project's files that an import loads."""
        return ()

    def alongside(self, path: str) -> Iterable[str]:
        """Paths of files that are loaded whenever this one is: packages above it, other files of its package."""
        return ()

    def holder(self, mod: Mod, imp: Import) -> Mod | None:
        """The project's module that an import takes its names from."""
        found = (self.code.mod(path) for path in self.imported(mod, imp))
        return next((other for other in found if other is not None), None)

    def reopened(self, mod: Mod, index: int) -> Iterable[tuple[Mod, int]]:
        """Where else a class is written, in languages whose classes can be opened again."""
        return ()

    def enclosing(self, mod: Mod, function: int) -> Iterable[tuple[Mod, int]]:
        """The classes around a function whose constants its code says by their bare names, from inside out."""
        return ()

    def sharing(self, path: str) -> Iterable[str]:
        """Paths of other files whose names this one uses without an import."""
        return ()

    def misspelt(self, mod: Mod, imp: Import) -> str | None:
        """The file that an import was meant to load, where its name differs from the file's in upper and lower case only."""
        return None

    def bound(self, linker: Linker, mod: Mod, imp: Import, depth: int) -> Target | None:
        """What the local name of an import means."""
        return None

    def implicit(self, linker: Linker, mod: Mod, function: int, name: str, depth: int) -> Target | None:
        """What a plain name means inside a class, in languages that call methods without naming their object."""
        return None

    def free(self, linker: Linker, mod: Mod, name: str, depth: int) -> Target | None:
        """What a name means that its file does not bind: star imports, siblings, constants, globals."""
        return None

    def included(self, linker: Linker, mod: Mod, index: int) -> Iterable[Target]:
        """The project's modules whose methods a class takes over, in languages that have such."""
        return ()

    def member(self, linker: Linker, target: Target, name: str, depth: int) -> Target | None:
        """What `module.name` means, for a target of kind `module`."""
        return None

    def attribute(self, linker: Linker, target: Target, name: str, depth: int) -> Target | None:
        """What `thing.name` means, for a target of kind `class` or `instance`; some languages give every thing names of their own."""
        return linker.attribute(target, name, depth)

    def loaded(self, linker: Linker, mod: Mod, call: facts.Call, depth: int) -> Target | None:
        """The module that a call loads where it stands in an expression (`require("x")`)."""
        return None

    def value(self, mod: Mod, name: str) -> tuple[Mod, facts.AnyExpr] | None:
        """The expression that a module gives away under a name, where that is no name of its own."""
        return None

    def given(self, mod: Mod, specifier: str) -> tuple[Mod, facts.AnyExpr] | Value | None:
        """What a module is as a whole, by the specifier that loads it: an expression of its file, or the value of a document."""
        return None

    def methods(self, mod: Mod, index: int) -> dict[str, tuple[Mod, int]]:
        """Methods of a class by name, wherever they are written."""
        return {name: (mod, number) for name, number in mod.methods.get(index, {}).items()}

    def declared(self, annotation: facts.AnyExpr) -> facts.AnyExpr:
        """The type that a declaration is about, without what the language wraps around it."""
        return annotation

    def type_named(self, mod: Mod, name: str) -> tuple[Mod, int] | None:
        """The class of that name that a method's `owner` means."""
        return None

    def starts(self, mod: Mod) -> Iterable[int]:
        """Functions of a reached module that run at start without being called: `main` and `init` in Go."""
        return ()

    def exposed(self, mod: Mod) -> Iterable[int]:
        """Functions of a reached module that a framework calls, without being named anywhere."""
        return ()
