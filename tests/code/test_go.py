"""Go files as facts: what the linker and the rules rely on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from herolint.code import facts, facts_of
from herolint.code.facts import AnyExpr, Module
from herolint.code.queries import dotted, walk
from herolint.source import SourceFile


def read(text: str) -> Module:
    module = facts_of(SourceFile("main.go", text.encode()))
    assert module is not None
    return module


def inside(body: str) -> Module:
    """The facts of a function with this body."""
    return read("package main\nfunc f() {\n" + body + "\n}\n")


def show(expr: AnyExpr | None) -> str:
    """An expression in short, so that a test reads like source."""
    match expr:
        case None:
            return "-"
        case facts.Const(value=value):
            return repr(value)
        case facts.Name(id=name):
            return name
        case facts.Attr(base=base, name=name):
            return f"{show(base)}.{name}"
        case facts.Index(base=base, key=key):
            return f"{show(base)}[{show(key)}]"
        case facts.Keyword(name=name, value=value):
            return f"{name}={show(value)}"
        case facts.Star(value=value):
            return f"*{show(value)}"
        case facts.Call(func=func, args=args):
            return f"{show(func)}({', '.join(map(show, args))})"
        case facts.Concat(parts=parts):
            return " ~ ".join(map(show, parts))
        case facts.Binary(op=op, left=left, right=right):
            return f"({show(left)} {op} {show(right)})"
        case facts.Logic(op=op, parts=parts):
            return "(" + f" {op} ".join(map(show, parts)) + ")"
        case facts.Unary(op=op, value=value):
            return f"{op} {show(value)}"
        case facts.Sequence(items=items):
            return "[" + ", ".join(map(show, items)) + "]"
        case facts.Mapping(items=pairs):
            return "{" + ", ".join(f"{show(k)}: {show(v)}" for k, v in pairs) + "}"
        case facts.Closure(number=number):
            return f"func#{number}"
        case facts.Other(kind=kind, parts=parts):
            return f"<{kind} {' '.join(map(show, parts))}>"
    return type(expr).__name__


def value(expression: str) -> str:
    return show(inside(f"x := {expression}").assigns[0].value)


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ('"a\\n\\u00e9\\x41\\xc3\\xa9\\101"', repr("a\né" + "A" + "é" + "A")),
        ("`raw\\n`", repr("raw\\n")),
        ("'a'", "97"),
        ("'\\''", "39"),
        ("0x1F_2", "498"),
        ("0755", "493"),
        ("1_000", "1000"),
        ("1.5e3", "1500.0"),
        ("2i", "<number >"),
        ("nil", "None"),
        ("true", "True"),
        ("&y", "y"),
        ("*y", "y"),
        ("y.(T)", "y"),
        ("!y", "not y"),
        ("-y", "- y"),
        ("<-ch", "<- ch"),
        ("(y)", "y"),
        ("a[1]", "a[1]"),
        ("a[1:]", "a[<slice 1 None None>]"),
        ('":" + port', "':' ~ port"),
        ('a + b + ":" + c + d', "(a + b) ~ ':' ~ c ~ d"),
        ("a && b && c || d", "((a && b && c) || d)"),
        ("a == b", "(a == b)"),
        ("a + b + c", "((a + b) + c)"),
        ('fmt.Sprintf(":%s", port)', "fmt.Sprintf(':%s', port)"),
        ("f(args...)", "f(*args)"),
        ("[]byte(s)", "<slice byte>(s)"),
        ("time.Duration(5) * time.Second", "(time.Duration(5) * time.Second)"),
        ("handlers[name](w)", "handlers[name](w)"),
        ("Set[string]{}", "Set()"),
        ("Make[int, string](a, b)", "Make(a, b)"),
        ("&http.Server{Addr: addr, Handler: nil}", "http.Server(Addr=addr, Handler=None)"),
        ('gin.H{"a": 1, key(): 2}', "gin.H(a=1, {key(): 2})"),
        ("Point{1, 2}", "Point(1, 2)"),
        ('[]string{"a", 3: "b"}', "['a', 'b']"),
        ("[]*Job{{Name: n}, {}}", "[Job(Name=n), Job()]"),
        ('map[string]T{"a": {X: 1}, k: {2}}', "{'a': T(X=1), k: T(2)}"),
        ("[][]T{{{A: 1}}}", "[[T(A=1)]]"),
        ("Routes{{Path: p}}", "Routes({'Path': p})"),
        ("func(a int) {}", "func#1"),
        ("new(T)", "new(T)"),
        ('new("value")', "new('value')"),
        ("make(map[string]int)", "make(<map string int>)"),
    ],
)
def test_expressions(source: str, shown: str) -> None:
    assert value(source) == shown


def test_imports() -> None:
    module = read(
        'package web\nimport "C"\nimport (\n\t"os"\n\t_ "embed"\n\t. "math"\n\tr "net/rpc"\n\t"gopkg.in/yaml.v3"\n\t"example.com/go-redis/v8"\n)\n'
    )
    assert module.package == "web"
    assert [(i.module, i.name, i.alias) for i in module.imports] == [
        ("C", None, "C"),
        ("os", None, "os"),
        ("embed", None, "_"),
        ("math", "*", "*"),
        ("net/rpc", None, "r"),
        ("gopkg.in/yaml.v3", None, "yaml"),
        ("example.com/go-redis/v8", None, "go-redis"),
    ]


def test_functions_and_methods() -> None:
    module = read(
        "package a\n"
        "func (s *Store[K]) Get(ctx context.Context, _ int, keys ...string) (*gin.Engine, error) { return nil, nil }\n"
        "func (Store[K]) Close() {}\n"
        "func (o Other) Run(int, string) {}\n"
        "type Store[K any] struct{}\n"
    )
    get, close, run = module.functions
    assert (get.qualname, get.receiver, get.owner, get.klass) == ("Store.Get", "s", "Store", 0)
    assert [(p.name, show(p.annotation), p.kind) for p in get.params] == [
        ("ctx", "context.Context", "plain"),
        ("_", "int", "plain"),
        ("keys", "string", "star"),
    ]
    assert show(get.result) == "gin.Engine"
    assert (close.receiver, close.owner, close.klass) == ("", "Store", 0)
    assert (run.owner, run.klass, [p.name for p in run.params]) == ("Other", -1, ["_", "_"])
    assert [(show(r.value), r.op) for r in module.returns] == [("None", "return"), ("None", "also")]


def test_function_literals_have_bodies_of_their_own() -> None:
    module = inside("handle := func(w http.ResponseWriter) { write() }\nserve(func() { read() })")
    assert [(f.name, f.qualname, f.parent) for f in module.functions] == [("f", "f", -1), ("handle", "f.handle", 0), ("", "f.func", 0)]
    assert show(module.assigns[0].value) == "func#1"
    assert [(show(c.call), c.function) for c in module.calls] == [("write()", 1), ("serve(func#2)", 0), ("read()", 2)]


def test_types() -> None:
    module = read(
        "package a\n"
        'type Config struct {\n\tBase\n\t*log.Logger\n\tPort, Host string `env:"X"` // why\n\tOn func(int) error\n}\n'
        "type Doer interface { io.Reader; Do() error }\n"
        "type Hours time.Duration\n"
        "type Short = Config\n"
    )
    assert [(c.name, [show(b) for b in c.bases]) for c in module.classes] == [
        ("Config", ["Base", "log.Logger"]),
        ("Doer", ["io.Reader"]),
        ("Hours", ["time.Duration"]),
    ]
    assert [(show(a.target), show(a.value), show(a.annotation), a.op, a.klass) for a in module.assigns] == [
        ("Port", "'env:\"X\"'", "string", "field", 0),
        ("Host", "'env:\"X\"'", "string", "field", 0),
        ("On", "-", "<func int error>", "field", 0),
        ("Do", "-", "-", "method", 1),
        ("Short", "Config", "-", "=", -1),
    ]
    assert len(module.comments) == 1


def test_assignments() -> None:
    module = read(
        "package a\nvar x, y int = 1, 2\nconst (\n\tA = iota\n\tB\n)\nvar fs embed.FS\n"
        "func f() {\n\ta, err := g()\n\tv, ok := m[k]\n\tn += 2\n\tn++\n\ts.total = 1\n}\n"
    )
    assert [(show(a.target), show(a.value), a.op, show(a.annotation)) for a in module.assigns] == [
        ("x", "1", "=", "int"),
        ("y", "2", "=", "int"),
        ("A", "<iota >", "=", "-"),
        ("B", "-", "=", "-"),
        ("fs", "-", "=", "embed.FS"),
        ("a", "g()", "=", "-"),
        ("err", "g()[1]", "=", "-"),
        ("v", "m[k]", "=", "-"),
        ("ok", "<ok m[k]>", "=", "-"),
        ("n", "2", "+=", "-"),
        ("n", "1", "+=", "-"),
        ("s.total", "1", "=", "-"),
    ]
    assert [a.function for a in module.assigns] == [-1] * 5 + [0] * 7


def guards_of(module: Module, called: str) -> list[str]:
    """The guards around a call, outermost first."""
    at = next(c.guard for c in module.calls if dotted(c.call.func) == called)
    found: list[str] = []
    while at != -1:
        guard = module.guards[at]
        found.insert(0, f"{guard.kind} {show(guard.test)}")
        at = guard.parent
    return found


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("if a { here() }", ["if a"]),
        ("if a { x() } else { here() }", ["else a"]),
        ("if a { x() } else if b { here() }", ["else a", "if b"]),
        ("if a { x() } else if b { y() } else { here() }", ["else a", "else b"]),
        ("if a { x() }\nhere()", []),
        ("if a { return }\nhere()", ["else a"]),
        ("if a { panic(1) }\nhere()", ["else a"]),
        ("if a { os.Exit(1) }\nhere()", ["else a"]),
        ("if a { log.Fatal(1) }\nhere()", ["else a"]),
        ('if a { log.Fatal().Err(e).Msg("no") }\nhere()', ["else a"]),
        ("if a { log.Println(1) }\nhere()", []),
        ("if err := g(); err != nil { return }\nhere()", ["else (err != None)"]),
        ("{ if a { return } }\nhere()", ["else a"]),
        ("switch a { case 1, 2: here() }", ["if ((a == 1) || (a == 2))"]),
        ("switch a { case 1: x(); case 2: here() }", ["if (a == 2)"]),
        ("switch a { case 1: x(); default: here() }", ["else (a == 1)"]),
        ("switch a { case 1: return; case 2: return }\nhere()", ["else (a == 1)", "else (a == 2)"]),
        ("switch a { case 1: return; default: break }\nhere()", []),
        ("switch a { case 1: return; default: x() }\nhere()", ["else (a == 1)"]),
        ("switch a { case 1: fallthrough; case 2: here() }", ["if ((a == 1) || (a == 2))"]),
        ("switch { case a: x(); case b: here() }", ["else a", "if b"]),
        ("switch { case a: x(); default: here() }", ["else a"]),
        ("switch x.(type) { case int: here() }", ["match (x match int)"]),
        ("select { case v := <-ch: here(v); default: }", ["match <- ch"]),
        ("select { case <-ch: return }\nhere()", []),
        ("for a { here() }", ["while a"]),
        ("for a { return }\nhere()", []),
        ("for { if a { continue }\nhere() }", ["else a"]),
    ],
)
def test_guards(body: str, expected: list[str]) -> None:
    assert guards_of(inside(body), "here") == expected


@pytest.mark.parametrize(
    ("body", "kind", "subject", "target"),
    [
        ("for _, v := range rows { here(v) }", "for", "rows", "[_, v]"),
        ("for range 10 { here() }", "for", "10", "-"),
        ("for i := 0; i < n; i++ { here() }", "for", "(i < n)", "-"),
        ("for { here() }", "while", "True", "-"),
        ("for ;; { here() }", "while", "True", "-"),
        ("for x < 2 { here() }", "while", "(x < 2)", "-"),
        ("loop: for { here() }", "while", "True", "-"),
        ("go here()", "go", "here()", "-"),
        ("defer here()", "defer", "here()", "-"),
    ],
)
def test_blocks(body: str, kind: str, subject: str, target: str) -> None:
    module = inside(body)
    call = next(c for c in module.calls if dotted(c.call.func) == "here")
    block = module.blocks[call.block]
    assert (block.kind, show(block.subject), show(block.target)) == (kind, subject, target)
    assert call.awaited is (kind != "go")


def test_what_goes_into_a_channel_is_a_call_of_it() -> None:
    module = inside("select { case client.send <- text(): default: }\nready <- true")
    assert [show(fact.call) for fact in module.calls] == ["client.send.<-(text())", "text()", "ready.<-(True)"]


def test_only_the_call_itself_runs_beside() -> None:
    module = inside("go work(prepare())")
    assert [(show(c.call.func), c.awaited, c.block) for c in module.calls] == [("work", False, 0), ("prepare", True, -1)]


def test_range_gives_elements_to_the_second_name() -> None:
    module = inside("for k, v := range m {}\nfor i := range n {}")
    assert [(show(a.target), show(a.value), a.op) for a in module.assigns] == [
        ("k", "<key m>", "for"),
        ("v", "m", "for"),
        ("i", "<key n>", "for"),
    ]


def test_directives() -> None:
    module = read(
        "// +build linux\n\n//go:build linux && !cgo\n\n// +build joined\npackage main\n\n//go:build late\n\n"
        "//go:embed web/* a.txt\nvar fs embed.FS\n// go:embed no\n"
    )
    assert [(name, text) for name, text, _, _ in module.directives] == [
        ("+build", "linux"),
        ("go:build", "linux && !cgo"),
        ("go:embed", "web/* a.txt"),
    ]


def test_deep_nesting_is_read_in_pieces() -> None:
    calls = "f(" * 3000 + "here()" + ")" * 3000
    functions = "g(func() {" * 300 + "here()" + "})" * 300
    blocks = "if a {" * 90 + "here()" + "}" * 90
    all_at_once = ("if a {" * 98 + "f(" * 190 + "g(func() {") * 15 + "here()" + ("})" + ")" * 190 + "}" * 98) * 15
    for body in (calls, functions, blocks, all_at_once):
        assert any(dotted(c.call.func) == "here" for c in inside(body).calls)
    joined = inside("x := " + '"a" + ' * 20_000 + "b").assigns[0].value
    assert isinstance(joined, facts.Concat)
    assert len(joined.parts) == 20_001


def test_what_stands_around_an_error_is_read() -> None:
    module = read("package main\nfunc a() { here() }\nfunc ) {\nfunc b() { there() }\n")
    assert module.errors
    assert {dotted(c.call.func) for c in module.calls} >= {"here"}


WORDS = (
    "package main|\n|func |f|(|)|{|}|[|]|:=|=|,|;|.|...|if |else |for |range |switch |case |default:|select |go |defer |return |<-|&|*|type "
    "|struct |interface |\"a\"|`b`|1|x|y|map|string|//c\n|/*d*/|//go:embed a\n|var |const |import |+|&&|!|:|\r\n|é|fallthrough|break|chan |'r'"
)


@given(st.one_of(st.text(), st.lists(st.sampled_from(WORDS.split("|")), max_size=60).map("".join)))
def test_any_text_gives_facts_inside_the_file(text: str) -> None:
    data = text.encode("utf-8", "replace")
    module = facts_of(SourceFile("x.go", data))
    assert module is not None
    spots = [*module.comments, *module.errors, *((start, end) for _, _, start, end in module.directives)]
    spots += [(i.start, i.end) for i in module.imports] + [(f.start, f.end) for f in module.functions]
    spots += [(c.start, c.end) for c in module.classes] + [(b.start, b.end) for b in module.blocks]
    spots += [(a.start, a.end) for a in module.assigns]
    values = [*(c.call for c in module.calls), *(a.value for a in module.assigns), *(x.value for x in module.returns)]
    spots += [(e.start, e.end) for value in values for e in walk(value)]
    assert all(0 <= start <= end <= len(data) for start, end in spots)
