"""JavaScript and TypeScript files as facts: what the linker and the rules rely on."""

from __future__ import annotations

import pytest
from facts_as_text import blocks_of, guards_of, scope_of, spell

from herolint.code import facts_of
from herolint.code.facts import Module
from herolint.source import SourceFile


def read(text: str, name: str = "a.js") -> Module:
    module = facts_of(SourceFile(name, text.encode()))
    assert module is not None
    assert module.language == "javascript"
    return module


def imports(module: Module) -> list[str]:
    return [f"{i.module} {i.name} as {i.alias!r}" for i in module.imports]


def assigns(module: Module) -> list[str]:
    return [f"{spell(a.target)} {a.op} {spell(a.value)}" for a in module.assigns]


def exports(module: Module) -> list[str]:
    return [f"{e.name} is {spell(e.value)}" if e.value is not None else f"{e.name} from {e.module} {e.source!r}" for e in module.exports]


def value_of(expression: str, name: str = "a.js") -> str:
    """The value of `x = …`."""
    return spell(read(f"x = {expression};", name).assigns[-1].value)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import x from 'm'", ["m default as 'x'"]),
        ("import * as x from './m'", ["./m None as 'x'"]),
        ("import { a as b, c } from '@/m'", ["@/m a as 'b'", "@/m c as 'c'"]),
        ("import d, { default as e } from 'm'", ["m default as 'd'", "m default as 'e'"]),
        ("import { 'odd name' as odd } from 'm'", ["m odd name as 'odd'"]),
        ("import 'm'", ["m None as ''"]),
        ("import {} from 'm'", ["m None as ''"]),
        ("import data from './x.json' with { type: 'json' }", ["./x.json default as 'data'"]),
        ("const x = require('m')", ["m None as 'x'"]),
        ("const x = require(`m`), y = 1", ["m None as 'x'"]),
        ("let { a, b: c } = require('m')", ["m a as 'a'", "m b as 'c'"]),
        ("const x = require('m').y", ["m y as 'x'"]),
        ("const x = require('m').default", ["m default as 'x'"]),
        ("require('m')", ["m None as ''"]),
        ("const x = require('m')(1)", ["m None as ''"]),
        ("const { a: { b } } = require('m')", ["m None as ''"]),
        ("app.use(require('./routes'))", ["./routes None as ''"]),
        ("require(name); require('a' + b); x.require('m'); require()", []),
    ],
)
def test_what_is_imported(source: str, expected: list[str]) -> None:
    assert imports(read(source)) == expected
    assert imports(read(source, "a.ts")) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import type { A } from 'm'", ["m A as 'A'"]),
        ("import { type A, b } from 'm'", ["m A as 'A'", "m b as 'b'"]),
        ("import fs = require('fs')", ["fs None as 'fs'"]),
        ("const x = require('m') as Foo", ["m None as 'x'"]),
    ],
)
def test_what_typescript_imports(source: str, expected: list[str]) -> None:
    assert imports(read(source, "a.ts")) == expected


def test_a_module_that_an_expression_loads_is_a_call_as_well() -> None:
    module = read("const debug = require('debug')('app'); async function f() { const m = await import('dyn') }")
    assert imports(module) == ["debug None as ''", "dyn None as ''"]
    assert [scope_of(module, i.function) for i in module.imports] == ["", "f"]
    assert assigns(module) == ["debug = require('debug')('app')", "m = <await import('dyn')>"]


def test_a_caught_failure_to_load_is_noted() -> None:
    module = read(
        "try { x = require('a') } catch {} try { require('b') } catch (e) { throw e } require('c'); try { require('d') } finally {}"
    )
    assert [(i.module, i.handled) for i in module.imports] == [("a", True), ("b", False), ("c", False), ("d", False)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("export default app", ["default is app"]),
        ("export default { a: 1 }", ["default is {'a': 1}"]),
        ("export default function f() {}", ["default is f"]),
        ("export default function () {}", ["default is function0"]),
        ("export default async () => {}", ["default is function0"]),
        ("export default class A {}", ["default is A"]),
        ("export default class {}", ["default is #class0"]),
        ("export default 'text'", ["default is 'text'"]),
        ("export { a as b, c }", ["b is a", "c is c"]),
        ("export { a as default }", ["default is a"]),
        ("export { a as b } from 'm'", ["b from m 'a'"]),
        ("export { default } from 'm'", ["default from m 'default'"]),
        ("export * from 'm'", ["* from m '*'"]),
        ("export * as ns from 'm'", ["ns from m ''"]),
        ("export const a = 1, { b, c: [d] } = e", ["a is a", "b is b", "d is d"]),
        ("export async function* f() {}", ["f is f"]),
        ("export class A {}", ["A is A"]),
        ("module.exports = X", ["= is X"]),
        ("module.exports = { a, b: c }", ["= is {'a': a, 'b': c}"]),
        ("exports.a = X", ["a is X"]),
        ("module.exports.a = X", ["a is X"]),
        ("exports['a'] = X", ["a is X"]),
        ("exports = module.exports = X", ["= is X"]),
        ("module.exports.default = exports.b = X", ["default is X", "b is X"]),
        ("exports.handler = async () => {}", ["handler is function0"]),
        ("other.exports = X; x.exports.a = 1; module.a = 1", []),
    ],
)
def test_what_is_exported(source: str, expected: list[str]) -> None:
    assert exports(read(source)) == expected
    assert exports(read(source, "a.ts")) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("export = X", ["= is X"]),
        ("export abstract class A {}", ["A is A"]),
        ("export enum E { A }", ["E is E"]),
        ("export namespace N { export const a = 1 }", ["N is N"]),
        ("export interface I {} export type T = string; export as namespace G; export declare const x: string", []),
        ("export type { T } from './t'", ["T from ./t 'T'"]),
        ("export default interface I {}", []),
    ],
)
def test_what_typescript_exports(source: str, expected: list[str]) -> None:
    assert exports(read(source, "a.ts")) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("const { PORT = 3000 } = process.env", ["PORT = (process.env.PORT ?? 3000)"]),
        ("const { a, b: c, ...r } = E", ["a = E.a", "c = E.b", "r = E"]),
        ("let { a: { b: [c] } = {} } = E", ["c = (E.a ?? {}).b[0]"]),
        ("var [a, , b = 1, ...r] = E", ["a = E[0]", "b = (E[2] ?? 1)", "r = rest!(E)"]),
        ("const { 'x-y': a, [k]: b } = E", ["a = E.x-y", "b = E[k]"]),
        ("({ a, b: c.d } = E)", ["a = E.a", "c.d = E.b"]),
        ("[a, b] = [b, a]", ["a = list[b, a][0]", "b = list[b, a][1]"]),
        ("const { a } = await f()", ["a = <await f()>.a"]),
        ("let a", ["a = -"]),
        ("a = b = 1", ["a = 1", "b = 1"]),
        ("a.b.c = 1; this.d = 2; a[0] = 3", ["a.b.c = 1", "this.d = 2", "a[0] = 3"]),
        ("a += 1; b ||= 2; c++; --d", ["a += 1", "b ||= 2", "c += 1", "d -= 1"]),
        ("for (const x of xs) {}", ["x for xs"]),
        ("for (const k in o) {}", ["k for keys!(o)"]),
        ("for (const [k, { v }] of m) {}", ["k for item!(m)[0]", "v for item!(m)[1].v"]),
        ("for (let i = 0; i < n; i++) {}", ["i = 0", "i += 1"]),
        ("try {} catch (e) {}", ["e except None"]),
        ("try {} catch ({ message }) {}", ["message except caught!().message"]),
        ("using file = open()", ["file = open()"]),
    ],
)
def test_what_is_assigned(source: str, expected: list[str]) -> None:
    assert assigns(read(source)) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("`plain`", "'plain'"),
        ("``", "''"),
        (r"`a${b}\n${c}`", r"text('a', b, '\n', c)"),
        ("'a' + b + 'c'", "text('a', b, 'c')"),
        ("a + b", "(a + b)"),
        ("a + b + 'c'", "text((a + b), 'c')"),
        (
            r"'\x41\u0042\u{43}\t\'\
d'",
            '"ABC\\t\'d"',
        ),
        (r"'\ud83d\ude00 \ud83d'", "'😀 \ufffd'"),
        ("'ünï'", "'ünï'"),
        ("a || b || c && d", "(a || b || (c && d))"),
        ("a ?? b", "(a ?? b)"),
        ("a ? b : c", "(a ? b : c)"),
        ("!a", "<not a>"),
        ("-1", "<- 1>"),
        ("typeof a !== 'undefined'", "(<typeof a> != 'undefined')"),
        ("a === b", "(a == b)"),
        ("'k' in o", "('k' in o)"),
        ("a instanceof B", "(a instanceof B)"),
        ("60 * 1000", "(60 * 1000)"),
        ("30_000", "30000"),
        ("0xff", "255"),
        ("0b11", "3"),
        ("0o17", "15"),
        ("1e3", "1000"),
        ("1.5", "1.5"),
        (".5", "0.5"),
        ("10n", "10"),
        ("99999999999999999999", "1e+20"),
        ("99999999999999999999n", "number!()"),
        ("1e999", "number!()"),
        ("undefined", "None"),
        ("null", "None"),
        ("void 0", "None"),
        ("true", "True"),
        ("/a(b/g", "regex!()"),
        ("a?.b?.[c]?.(d)", "a.b[c](d)"),
        ("this.#a", "this.#a"),
        ("(a)", "a"),
        ("new A(b)", "A(b)"),
        ("new A", "A()"),
        ("new a.B().c()", "a.B().c()"),
        ("tag`a${b}`", "tag(text('a', b))"),
        ("f(...a)", "f(*a)"),
        ("[a, , ...b]", "list[a, *b]"),
        ("{ a, 'b': 1, [c]: 2, 3: 4, ...d }", "{'a': a, 'b': 1, c: 2, 3: 4, *d}"),
        ("{ f() {}, g: x => x, get h() { return 1 } }", "{'f': function0, 'g': function1, 'h': get!(function2)}"),
        ("(0, a.b)(c)", "a.b(c)"),
        ("(a(), b)", "sequence!(a(), b)"),
        ("import.meta.url", "import.meta.url"),
        ("class extends B {}", "#class0"),
        ("class A {}", "A"),
        ("<a href={f()} {...p} id='s'>text {g()} <B.C/></a>", "jsx!(href=f(), *p, id='s', g(), jsx!(B.C))"),
        ("<></>", "jsx!()"),
    ],
)
def test_expressions(source: str, expected: str) -> None:
    assert value_of(source) == expected
    assert value_of(source, "a.tsx") == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a as B", "a"),
        ("<B>a", "a"),
        ("a!", "a"),
        ("a! as unknown as B", "a"),
        ("a satisfies B", "a"),
        ("f<T>(a)", "f(a)"),
        ("new A<T>(b)", "A(b)"),
        ("await f<T>(a)", "<await f(a)>"),
        ("await a!.b<T>(c).d", "<await a.b(c).d>"),
        ("!f<T>(a)", "<not f(a)>"),
        ("(await f<T>(a)).b", "<await f(a)>.b"),
    ],
)
def test_typescript_expressions(source: str, expected: str) -> None:
    assert value_of(source, "a.ts") == expected


def test_functions_and_where_they_stand() -> None:
    module = read(
        """
        async function a(x, y = 1, ...z) { function inner() {} }
        const b = async x => x.y();
        let c = function* named() {};
        app.get('/', (req, res) => { res.send(1) });
        a.b.c = function () {};
        const o = { m() {}, n: () => 1, async *p() {} };
        const d = (function () {});
        """
    )
    assert [f.qualname for f in module.functions] == ["a", "a.inner", "b", "c", "<anonymous>", "c", "m", "n", "p", "d"]
    assert [f.name for f in module.functions if f.is_async] == ["a", "b", "p"]
    assert [f.name for f in module.functions if f.is_generator] == ["c", "p"]
    assert [f.parent for f in module.functions][:3] == [-1, 0, -1]
    assert [(p.name, spell(p.default), p.kind) for p in module.functions[0].params] == [
        ("x", "-", "plain"),
        ("y", "1", "plain"),
        ("z", "-", "star"),
    ]
    assert [p.name for p in module.functions[2].params] == ["x"]
    assert assigns(module) == ["a.b.c = function5", "o = {'m': function6, 'n': function7, 'p': function8}"]
    assert [(scope_of(module, r.function), spell(r.value)) for r in module.returns] == [("b", "x.y()"), ("n", "1")]


def test_parameters_that_are_taken_apart() -> None:
    module = read("function f({ a, b: c = 1 }, [d], { e } = {}) {} const g = ({ h }) => h")
    assert [p.name for p in module.functions[0].params] == ["#0", "#1", "#2"]
    assert assigns(module) == ["a = #0.a", "c = (#0.b ?? 1)", "d = #1[0]", "e = #2.e", "h = #0.h"]
    assert {scope_of(module, a.function) for a in module.assigns} == {"f", "g"}


def test_classes() -> None:
    module = read(
        """
        class A extends mix(B) {
          static x = f();
          #p = () => 1;
          static { boot(); }
          async m(a) { this.y = a; }
          get q() { return 1; }
          'quoted name'() {}
        }
        const C = class extends A {};
        module.exports = class extends C {};
        """
    )
    assert [(c.name, [spell(b) for b in c.bases]) for c in module.classes] == [("A", ["mix(B)"]), ("C", ["A"]), ("#class2", ["C"])]
    assert [(f.qualname, f.klass, f.receiver) for f in module.functions] == [
        ("A.#p", 0, "this"),
        ("A.m", 0, "this"),
        ("A.q", 0, "this"),
        ("A.quoted name", 0, "this"),
    ]
    assert [(spell(c.call), scope_of(module, c.function, c.klass)) for c in module.calls] == [
        ("mix(B)", ""),
        ("f()", "class A"),
        ("boot()", "class A"),
    ]
    assert [(spell(a.target), scope_of(module, a.function, a.klass)) for a in module.assigns] == [
        ("x", "class A"),
        ("this.y", "A.m"),
        ("module.exports", ""),
    ]


def test_typescript_classes() -> None:
    module = read(
        """
        @Controller('users')
        export class Users extends Base<User> implements I {
          private cache: Map<string, User> = new Map();
          constructor(private readonly service: app.Service, @Inject(TOKEN) public token?: Token | null, plain: string) { super(); }
          @Get(':id')
          @UseGuards(Auth)
          async one(@Param('id') id: string): Promise<User> { return this.service.find<User>(id); }
          abstract nothing(): void;
          run = async (): Promise<void> => {};
        }
        """,
        "a.ts",
    )
    (users,) = module.classes
    assert [spell(d) for d in users.decorators] == ["Controller('users')"]
    assert [spell(b) for b in users.bases] == ["Base"]
    assert [f.name for f in module.functions] == ["constructor", "one", "run"]
    assert [spell(d) for d in module.functions[1].decorators] == ["Get(':id')", "UseGuards(Auth)", "Param('id')"]
    assert [spell(f.result) for f in module.functions] == ["-", "Promise", "Promise"]
    assert [(p.name, spell(p.annotation)) for p in module.functions[0].params] == [
        ("service", "app.Service"),
        ("token", "Token"),
        ("plain", "string"),
    ]
    assert [(spell(a.target), spell(a.value), spell(a.annotation)) for a in module.assigns] == [
        ("cache", "Map()", "Map"),
        ("this.service", "-", "app.Service"),
        ("this.token", "-", "Token"),
    ]
    assert exports(module) == ["Users is Users"]


def test_decorators_in_javascript() -> None:
    module = read("@a class A { @b() m() {} @c x = 1 } @d export class B {}")
    assert [[spell(d) for d in c.decorators] for c in module.classes] == [["a"], ["d"]]
    assert [spell(d) for d in module.functions[0].decorators] == ["b()"]


def test_what_typescript_erases_leaves_nothing() -> None:
    module = read(
        """
        interface I { a(): void } type T = { b: string }; declare const x: string; declare function f(): void;
        declare module 'm' { export const y: number } declare global { interface Window {} }
        function over(a: string): void; function over(a: any) {}
        """,
        "a.ts",
    )
    assert [f.name for f in module.functions] == ["over"]
    assert (module.assigns, module.calls, module.exports, module.imports) == ((), (), (), ())
    assert facts_of(SourceFile("a.d.ts", b"export const a: string; f();")) == read("", "b.ts")


def test_enums_are_classes_of_constants() -> None:
    module = read("enum E { A, B = 5, C, D = 'd', F = A | B, G }", "a.ts")
    assert [c.name for c in module.classes] == ["E"]
    assert assigns(module) == ["A = 0", "B = 5", "C = 6", "D = 'd'", "F = (A | B)", "G = -"]


def test_namespaces_stand_in_the_module() -> None:
    module = read("namespace N.M { export const a = 1; f(); }", "a.ts")
    assert (assigns(module), len(module.calls), exports(module)) == (["a = 1"], 1, [])


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("if (a) { hit() }", "if a"),
        ("if (a) hit()", "if a"),
        ("if (a) {} else hit()", "else a"),
        ("if (a) {} else if (b) { hit() }", "else a, if b"),
        ("if (a) {} else if (b) {} else { hit() }", "else a, else b"),
        ("if (a) { return } hit()", "else a"),
        ("if (a) return; else if (b) throw c; hit()", "else a, else b"),
        ("if (a) process.exit(1); hit()", "else a"),
        ("if (a) { f() } hit()", ""),
        ("if (a) {} else { return } hit()", "if a"),
        ("for (x of y) { if (a) continue; hit() }", "else a"),
        ("for (x of y) { if (a) continue } hit()", ""),
        ("while (a) hit()", "while a"),
        ("while (true) hit()", ""),
        ("try {} catch (e) { hit() }", "except None"),
        ("try { f() } catch (e) { return } hit()", ""),
        ("if (a) { if (b) return } hit()", ""),
        ("switch (a) { case 1: hit(); }", "if (a == 1)"),
        ("switch (a) { case 1: case 'b': hit() }", "if ((a == 1) || (a == 'b'))"),
        ("switch (a) { case 1: f(); case 2: hit() }", "if ((a == 1) || (a == 2))"),
        ("switch (a) { case 1: f(); break; case 2: hit() }", "if (a == 2)"),
        ("switch (a) { case 1: f(); break; default: hit() }", "else (a == 1)"),
        ("switch (a) { case 1: f(); default: hit() }", ""),
        ("switch (true) { case b > 1: hit() }", "if (b > 1)"),
        ("switch (a) { case 1: return; default: throw b } hit()", ""),
        ("switch (a) { case 1: break; default: throw b } hit()", ""),
        ("{ if (a) return } hit()", "else a"),
        ("if (a) { g(() => { hit() }) }", "if a"),
        ("if (a) return; g(function () { hit() })", "else a"),
        ("x: for (;;) { if (a) break x; hit() }", "else a"),
    ],
)
def test_guards(source: str, expected: str) -> None:
    module = read("function f() { " + source + " }")
    (hit,) = (c for c in module.calls if spell(c.call) == "hit()")
    assert guards_of(module, hit.guard) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("for (const x of xs) hit()", "for x in xs"),
        ("for (const [a] of xs) hit()", "for - in xs"),
        ("for (const k in o) hit()", "for k in keys!(o)"),
        ("for (let i = 0; i < 3; i++) hit()", "for - in (i < 3)"),
        ("for (let i = 0; i < 3; hit()) {}", "for - in (i < 3)"),
        ("for (;;) hit()", "while - in True"),
        ("while (a) { hit() }", "while - in a"),
        ("while (hit()) {}", "while - in hit()"),
        ("do { hit() } while (a)", "while - in a"),
        ("try { hit() } catch {}", "try - in -"),
        ("try {} catch { hit() }", ""),
        ("for (const x of xs) { try { hit() } finally {} }", "for x in xs, try - in -"),
        ("for (const x of hit()) {}", ""),
        ("for (const x of xs) g(() => hit())", ""),
    ],
)
def test_blocks(source: str, expected: str) -> None:
    module = read(source)
    (hit,) = (c for c in module.calls if spell(c.call) == "hit()")
    assert blocks_of(module, hit.block) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("await a()", ["a()"]),
        ("a(); b()", []),
        ("return a()", ["a()"]),
        ("return x ? a() : b()", ["a()", "b()"]),
        ("const f = () => a()", ["a()"]),
        ("const f = () => { a() }", []),
        ("await Promise.all([a(), b(), c])", ["Promise.all(list[a(), b(), c])", "a()", "b()"]),
        ("Promise.all([a()])", []),
        ("return Promise.allSettled([a()])", ["Promise.allSettled(list[a()])", "a()"]),
        ("await a().then(f).catch(g)", ["a().then(f).catch(g)", "a().then(f)", "a()"]),
        ("for await (const x of a()) {}", ["a()"]),
        ("await a(b(), () => { c() })", ["a(b(), function1)"]),
        ("await new A()", ["A()"]),
        ("await (a() ?? b())", ["a()", "b()"]),
    ],
)
def test_what_is_waited_for(source: str, expected: list[str]) -> None:
    module = read("async function f() { " + source + " }")
    assert [spell(c.call) for c in module.calls if c.awaited] == expected


def test_what_a_generator_yields() -> None:
    module = read("function* f() { const x = yield a(); yield* b(); yield }")
    assert [(r.op, spell(r.value)) for r in module.returns] == [("yield", "a()"), ("yield from", "b()"), ("yield", "-")]
    assert all(c.awaited for c in module.calls)


def test_calls_are_in_source_order_with_their_places() -> None:
    text = "a(b(), c.d(e));\nnew F(g`x`)"
    module = read(text)
    assert [text[c.call.start : c.call.end] for c in module.calls] == ["a(b(), c.d(e))", "b()", "c.d(e)", "new F(g`x`)", "g`x`"]


def test_deletes() -> None:
    assert [spell(e) for _, e in read("delete process.env.A").deletes] == ["process.env.A"]


def test_flow_is_read_as_typescript() -> None:
    module = read("// @flow\nimport type { A } from './a';\nexport function f(a: string): A { return g(a) }")
    assert (imports(module), exports(module), module.errors) == (["./a A as 'A'"], ["f is f"], ())
