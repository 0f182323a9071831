"""Ruby files as facts: what the linker and the rules rely on."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from herolint.code import facts, facts_of
from herolint.code.facts import NONE, AnyExpr, Module
from herolint.source import SourceFile


def read(text: str | bytes, path: str = "app.rb") -> Module:
    module = facts_of(SourceFile(path, text.encode() if isinstance(text, str) else text))
    assert module is not None
    return module


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
        case facts.Star(value=value, stars=stars):
            return "*" * stars + show(value)
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
        case facts.Choice(test=test, then=then, other=other):
            return f"({show(test)} ? {show(then)} : {show(other)})"
        case facts.Sequence(items=items):
            return "[" + ", ".join(map(show, items)) + "]"
        case facts.Mapping(items=pairs):
            return "{" + ", ".join(show(k) if k is v else f"{show(k)}: {show(v)}" for k, v in pairs) + "}"
        case facts.Closure(number=number):
            return f"fn{number}"
        case facts.Other(kind=kind, parts=parts):
            return f"<{' '.join((kind, *map(show, parts)))}>"
    raise AssertionError(expr)


def value(text: str) -> str:
    """What the value of an assignment is read as."""
    return show(read(f"x = {text}\n").assigns[0].value)


def calls(text: str) -> list[str]:
    return [show(fact.call) for fact in read(text).calls]


def under(module: Module, guard: int) -> str:
    """The guards around a place, the innermost first."""
    found = []
    while guard != NONE:
        fact = module.guards[guard]
        found.append(f"{fact.kind} {show(fact.test)}")
        guard = fact.parent
    return " < ".join(found)


def guards(text: str) -> dict[str, str]:
    """What guards the call of each name."""
    module = read(text)
    return {show(fact.call.func): under(module, fact.guard) for fact in module.calls}


def inside(module: Module, block: int) -> str:
    """The blocks around a place, the innermost first."""
    found = []
    while block != NONE:
        fact = module.blocks[block]
        found.append(f"{fact.kind} {show(fact.subject)}")
        block = fact.parent
    return " < ".join(found)


@pytest.mark.parametrize("path", ["a.rb", "config.ru", "Rakefile", "lib/tasks/a.rake", "Gemfile"])
def test_names_of_ruby_files(path: str) -> None:
    assert read("puts 1", path).language == "ruby"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("'a\\n'", "'a\\\\n'"),
        ('"a\\n\\u0041\\x41\\e"', repr("a\nAA\x1b")),
        ('"a#{b}c"', "'a' ~ b ~ 'c'"),
        ('"a" "b"', "'ab'"),
        ('"a" + b', "'a' ~ b"),
        ('"%s:%d" % [a, 1]', "a ~ ':' ~ 1"),
        ('"%{a}" % b', "('%{a}' % b)"),
        (":sym", "'sym'"),
        (':"a b"', "'a b'"),
        ("?a", "'a'"),
        ("%w[a b]", "['a', 'b']"),
        ("%i[a b]", "['a', 'b']"),
        ("[1, *a, k: 2]", "[1, *a, {'k': 2}]"),
        ('{a: 1, "b" => 2, :c => 3, d => 4, **e}', "{'a': 1, 'b': 2, 'c': 3, d: 4, **e}"),
        ("{name:}", "{'name': name}"),
        ("1_000", "1000"),
        ("0x1f", "31"),
        ("0755", "493"),
        ("-1.5", "-1.5"),
        ("1r", "<number>"),
        ("nil", "None"),
        ("true", "True"),
        ("1..3", "<range 1 3>"),
        ("/a#{b}/i", "<regex 'a' b>"),
        ('ENV["X"]', "ENV['X']"),
        ('ENV.fetch("X", 5)', "ENV.fetch('X', 5)"),
        ("a[1, 2]", "a[[1, 2]]"),
        ("a || b || c", "(a || b || c)"),
        ("(a or b)", "(a || b)"),
        ("a && !b", "(a && not b)"),
        ("a == 1", "(a == 1)"),
        ("a ? 1 : 2", "(a ? 1 : 2)"),
        ("if a then 1 elsif b then 2 else 3 end", "(a ? 1 : (b ? 2 : 3))"),
        ("unless a then 1 end", "(a ? None : 1)"),
        ("begin; a; 2; end", "2"),
        ("case a when 1 then 2 else 3 end", "((a == 1) ? 2 : 3)"),
        ("case a when 1, 2 then 3 end", "(((a == 1) || (a == 2)) ? 3 : None)"),
        ("a rescue 1", "<rescue a 1>"),
        ("a&.b", "a.b"),
        ("A::B", "A.B"),
        ("::A", "A"),
        ("A::B.new(1)", "A.B.new(1)"),
        ("a.b", "a.b"),
        ("a.b(c, *d, k: 1, **e)", "a.b(c, *d, k=1, **e)"),
        ("a(&b)", "a(<block b>)"),
        ("a(B => 1, c => 2)", "a({B: 1, c: 2})"),
        ('a("k" => 1, :l => 2)', "a(k=1, l=2)"),
        ("a.(1)", "a.call(1)"),
        ("@a", "self.a"),
        ("@@a", "self.a"),
        ("$a", "$a"),
        ("self.a", "self.a"),
        ("`ls #{a}`", "`('ls ' ~ a)"),
        ("%x(ls)", "`('ls')"),
        ("->(a) { a }", "fn0"),
        ("a { 1 }", "a(fn0)"),
        ("b = 1", "1"),
        ("(y ||= 1)", "(y || 1)"),
        ("a << 1", "a.<<(1)"),
        ("1 << 3", "(1 << 3)"),
        ("defined?(A)", "defined? A"),
        ("__FILE__", "__FILE__"),
        ("yield 1", "yield(1)"),
        ("super", "super()"),
        ("super(1)", "super(1)"),
    ],
)
def test_values(text: str, expected: str) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<<~A\n    one\n      two\n  A\n", "'one\\n  two\\n'"),
        ("<<-A\n  one\n  A\n", "'  one\\n'"),
        ("<<A\none\nA\n", "'one\\n'"),
        ("<<~A\n  one #{b} x\n  two\n  A\n", "'one ' ~ b ~ ' x\\ntwo\\n'"),
        ("<<~'A'\n  one\\n\n  A\n", "'one\\\\n\\n'"),
        ("f(<<~A, <<~B)\n  one\n  A\n  two\n  B\n", "f('one\\n', 'two\\n')"),
        ("<<~A.strip\n  one\n  A\n", "'one\\n'.strip"),
    ],
)
def test_heredocs_stand_where_they_begin(text: str, expected: str) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sleep", ["sleep()"]),
        ("a = 1\na", []),
        ("def m(a)\n  a\nend", []),
        ("x.each { |y| y }", ["x.each(fn0)", "x()"]),
        ("x.each { _1 }", ["x.each(fn0)", "x()"]),
        ("x.each { it }", ["x.each(fn0)", "x()"]),
        ("a = 1\nb { a }", ["b(fn0)"]),
        ("a = 1\ndef m\n  a\nend", ["a()"]),
        ("puts a.b.c", ["puts(a.b.c)", "a.b.c()", "a.b()", "a()"]),
        ("A.b", ["A.b()"]),
        ("A::B", []),
        ("production? and go", ["production?()", "go()"]),
        ('get "/x", to: "y#z"', ["get('/x', to='y#z')"]),
        ("alias a b\nundef c", []),
        ("config.hosts << 'a'", ["config.hosts.<<('a')", "config.hosts()", "config()"]),
        ("begin\n  a\nrescue E => e\n  e\nend", ["a()"]),
        ("for i in 1..3 do i end", []),
        ("a, (b, *c) = 1\na\nb\nc", []),
        ("case [1]\nin [a, {b:}] then a + b\nend", []),
        ("f(k:)", ["f(k=k)", "k()"]),
    ],
)
def test_calls(text: str, expected: list[str]) -> None:
    assert calls(text) == expected


def test_every_call_is_waited_for() -> None:
    assert all(fact.awaited for fact in read("a.b { c(1) }").calls)


@pytest.mark.parametrize(
    ("text", "module", "level"),
    [
        ("require 'x/y'", "x/y", 0),
        ("require './x'", "./x", 1),
        ("require_relative 'x'", "x", 1),
        ("require_relative '../x'", "../x", 1),
        ("load 'tasks/a.rake'", "tasks/a.rake", 0),
        ("autoload :A, 'a'", "a", 0),
        ("require File.expand_path('../application', __FILE__)", "./application", 1),
        ("require File.expand_path('../../config/environment', __FILE__)", "../config/environment", 1),
        ("require File.expand_path('../x', __dir__)", "../x", 1),
        ("require File.join(File.dirname(__FILE__), 'lib', 'x')", "./lib/x", 1),
        ("require __dir__ + '/x'", "./x", 1),
    ],
)
def test_what_is_loaded(text: str, module: str, level: int) -> None:
    (found,) = read(text).imports
    assert (found.module, found.name, found.alias, found.level) == (module, None, "", level)


def test_a_require_that_is_not_in_plain_sight_is_a_call() -> None:
    module = read("Dir['*.rb'].each { |f| require f }")
    assert module.imports == ()
    assert [show(c.call) for c in module.calls] == ["Dir['*.rb'].each(fn0)", "require(f)"]


@pytest.mark.parametrize(("caught", "handled"), [("LoadError", True), ("Exception", True), ("StandardError", False), ("", False)])
def test_a_require_that_may_fail(caught: str, handled: bool) -> None:
    assert read(f"begin\n  require 'x'\nrescue {caught}\nend").imports[0].handled is handled


def test_classes_and_modules() -> None:
    module = read("module A\n  class B < C::D\n    include X\n  end\nend\nclass A::E\n  class ::F\n  end\nend\nclass A::E\nend\n")
    found = [(c.name, c.qualname, [show(b) for b in c.bases], c.parent_class) for c in module.classes]
    assert found == [
        ("A", "A", [], NONE),
        ("B", "A::B", ["C.D"], 0),
        ("E", "A::E", [], NONE),
        ("F", "F", [], 2),
        ("E", "A::E", [], NONE),
    ]
    assert [(show(c.call), c.klass, c.function) for c in module.calls] == [("include(X)", 1, NONE)]


def test_methods() -> None:
    text = """
class A
  def one(a, b = 1, *c, d:, e: 2, **f, &g) = a
  def self.two; end
  class << self
    def three; end
  end
  private def four; end
  def []=(k, v); end
end
def five(...) = one(...)
"""
    module = read(text)
    found = [(f.qualname, f.klass, f.receiver, [show(d) for d in f.decorators]) for f in module.functions]
    assert found == [
        ("A.one", 0, "self", []),
        ("A.two", 0, "self", ["classmethod"]),
        ("A.three", 0, "self", ["classmethod"]),
        ("A.four", 0, "self", []),
        ("A.[]=", 0, "self", []),
        ("five", NONE, "self", []),
    ]
    assert [(p.name, show(p.default), p.kind) for p in module.functions[0].params] == [
        ("a", "-", "plain"),
        ("b", "1", "plain"),
        ("c", "-", "star"),
        ("d", "-", "plain"),
        ("e", "2", "plain"),
        ("f", "-", "starstar"),
        ("g", "-", "plain"),
    ]
    assert "private('four')" in [show(c.call) for c in module.calls]


def test_blocks_are_functions_without_a_name() -> None:
    module = read("class A\n  included do\n    has_many :b\n  end\n  def m\n    c { |x, (y, z); w| x }\n  end\nend\n")
    assert [(f.name, f.parent, f.klass, [p.name for p in f.params]) for f in module.functions] == [
        ("", NONE, 0, []),
        ("m", NONE, 0, []),
        ("", 1, NONE, ["x", "(y, z)"]),
    ]
    assert [(show(c.call), c.function, c.klass) for c in module.calls] == [
        ("included(fn0)", NONE, 0),
        ("has_many('b')", 0, NONE),
        ("c(fn2)", 1, NONE),
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("a", ["a"]),
        ("return 1 if b\n2", ["1 | if b", "2 | else b"]),
        ("if b then 1 else 2 end", ["1 | if b", "2 | else b"]),
        ("if b\n  return 1\nend\n2", ["1 | if b", "2 | else b"]),
        ("case b when 1 then 2 else 3 end", ["2 | if (b == 1)", "3 | else (b == 1)"]),
        ("begin\n  1\nrescue\n  2\nend", ["1", "2 | except None"]),
        ("@x ||= 1", ["(self.x || 1)"]),
        ("raise 'x'", []),
        ("return 1, 2", ["[1, 2]"]),
        ("", []),
    ],
)
def test_what_a_method_returns(body: str, expected: list[str]) -> None:
    module = read(f"def m(b)\n{body}\nend\n")
    assert [show(r.value) + (f" | {guard}" if (guard := under(module, r.guard)) else "") for r in module.returns] == expected
    assert all(r.function == 0 for r in module.returns)


def test_return_in_a_block_leaves_the_method() -> None:
    module = read("def m(a)\n  a.each do |x|\n    next 1 if x\n    return 2\n  end\n  3\nend\nb = ->(y) { return y }\n")
    assert [(show(r.value), module.functions[r.function].name) for r in module.returns] == [("1", ""), ("2", "m"), ("3", "m"), ("y", "")]


def test_the_value_of_a_block_is_what_it_returns() -> None:
    module = read('x = ENV.fetch("X") { 5 }')
    assert [(show(r.value), r.function) for r in module.returns] == [("5", 0)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("if a\n  b\nelsif c\n  d\nelse\n  e\nend\nf", {"b": "if a", "d": "if c < else a", "e": "else c < else a", "f": ""}),
        ("b if a", {"b": "if a"}),
        ("b unless a", {"b": "else a"}),
        ("unless a\n  b\nelse\n  c\nend", {"b": "else a", "c": "if a"}),
        ("a ? b : c", {"b": "if a", "c": "else a"}),
        ("raise 'x' unless a\nb", {"raise": "else a", "b": "if a"}),
        ("exit if a\nb", {"exit": "if a", "b": "else a"}),
        ("a or abort('x')\nb", {"abort": "else a", "b": "if a"}),
        ("a and return\nb", {"b": "else a"}),
        ("b while a", {"b": "while a"}),
        ("until a do b end\nc", {"b": "while not a", "c": ""}),
        ("begin\n  b\nend while a", {"b": ""}),
        ("begin\n  a\nrescue E, F => e\n  b\nelse\n  c\nensure\n  d\nend", {"a": "", "b": "except [E, F]", "c": "", "d": ""}),
        ("begin\n  a\nrescue\n  exit\nend\nb", {"a": "", "exit": "except None", "b": ""}),
        ("def m\n  a\nrescue E\n  b\nend", {"a": "", "b": "except E"}),
        ("case x\nwhen 'a' then b\nwhen String then c\nelse d\nend", {
            "b": "if (x == 'a')", "c": "match (x match String) < else (x == 'a')", "d": "else (x == 'a')",
        }),
        ("case\nwhen a then b\nelse c\nend", {"b": "if a", "c": "else a"}),
        ("case x\nin Integer then b\nelse c\nend", {"b": "match (x match 'Integer')", "c": ""}),
        ("[1].each do |i|\n  next if i\n  b\nend\nc", {"b": "else i", "c": ""}),
    ],
)  # fmt: skip
def test_guards(text: str, expected: dict[str, str]) -> None:
    found = guards(text)
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("loop do\n  go\nend", "while True"),
        ("while a\n  go\nend", "while a"),
        ("5.times { go }", "for 5"),
        ("xs.each do |x|\n  xs.map { go }\nend", "for xs < for xs"),
        ("for x in xs\n  go\nend", "for xs"),
        ("begin\n  go\nrescue\nend", "try -"),
        ("go rescue nil", "try -"),
        ("loop do\n  open(1) { go }\nend", "while True"),
        ("xs.each do |x|\n  def m\n    go\n  end\nend", ""),
        ("with(1) { go }", ""),
    ],
)
def test_loops_and_tries(text: str, expected: str) -> None:
    module = read(text)
    (fact,) = (fact for fact in module.calls if show(fact.call.func) == "go")
    assert inside(module, fact.block) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("config.log_level = :info", "config.log_level = 'info'"),
        ("@a = 1", "self.a = 1"),
        ("A = 1", "A = 1"),
        ("x ||= 1", "x ||= 1"),
        ("x += 1", "x += 1"),
        ("a, b = 1, 2", "[a, b] = [1, 2]"),
        ('ENV["X"] = "1"', "ENV['X'] = '1'"),
        ("config.cache_store = :a, { b: 1 }", "config.cache_store = ['a', {'b': 1}]"),
        ("for i in xs do end", "i for xs"),
    ],
)
def test_assignments(text: str, expected: str) -> None:
    (found,) = read(text).assigns
    assert f"{show(found.target)} {found.op} {show(found.value)}" == expected


def test_comments_and_errors() -> None:
    module = read("# one\na # two\nclass A\n  def (\nend\n  b\n")
    assert len(module.comments) == 2
    assert module.errors


@pytest.mark.parametrize(
    "text",
    [
        "(" * 3000,
        "[" * 3000 + "]" * 3000,
        "a." * 3000 + "b",
        "a { " * 1000 + "}" * 1000,
        "if a\n" * 1000 + "end\n" * 1000,
        "class A\n" * 600,
        "x = " * 2000 + "1",
        " + ".join(["a"] * 3000),
        " || ".join(["a"] * 3000),
        '"#{' * 800,
        "<<A " * 500,
        "case a\n" + "when 1 then 2\n" * 2000 + "end",
        "if a\n" + "elsif b\n" * 1500 + "end",
    ],
)
def test_deep_and_long_code_is_survived(text: str) -> None:
    check(text.encode())


_PIECES = st.lists(
    st.sampled_from(
        "class A < B|module C|end|def m(a, *b, k: 1)|def self.x|do |y|{ |z| |}|(|)|[|]|if a|unless b|else|elsif c|case x|when 1, A|in [q, *]"
        "|begin|rescue E => e|ensure|while t|a.b|c&.d(1)|x ||= 1|ENV['X']|@i = 2|\"s#{v}\"|'ü'|<<~T|T|%w[a b]|:sym|k: 1|=> 2|->(l) { l }|return"
        "|next if n|yield 3|super|`ls`|/r/|# note|__END__|\\|,|=|+|&&|or|!|..|? :|;|::D|$g|**h|&blk".split("|")
    )
    | st.text(max_size=3),
    max_size=40,
)


@given(_PIECES, st.sampled_from([" ", "\n", "\r\n"]))
@settings(max_examples=300)
def test_any_text_is_read_with_spans_inside_the_file(pieces: list[str], between: str) -> None:
    check(between.join(pieces).encode("utf-8", "replace"))


def check(data: bytes) -> None:
    """All places lie inside the file, all numbers are those of facts."""
    module = read(data)
    spans = [(c.call.start, c.call.end) for c in module.calls]
    spans += [(f.start, f.end) for f in module.functions] + [(c.start, c.end) for c in module.classes]
    spans += [(a.start, a.end) for a in module.assigns] + [(b.start, b.end) for b in module.blocks]
    spans += list(module.errors)
    assert all(0 <= start <= end <= len(data) for start, end in spans)
    assert all(-1 <= c.function < len(module.functions) and -1 <= c.guard < len(module.guards) for c in module.calls)


@given(st.binary(max_size=80))
def test_any_bytes_are_survived(data: bytes) -> None:
    check(data)
