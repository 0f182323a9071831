"""Work in the wrong phase: files made by the release phase, and builds left to the start of a dyno."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from herolint.app.launching.launch import Launch
from herolint.app.model import App
from herolint.app.running.built_programs import keeps_toolchain
from herolint.app.running.processes import Process
from herolint.finding import Finding, Fix, Place
from herolint.rules.process.places import started_at
from herolint.rules.registry import WARNING, report, rule

_PACKAGE_MANAGERS = {
    "npm": ("install", "ci", "i"),
    "yarn": ("install", "add"),
    "pnpm": ("install", "i"),
    "pip": ("install",),
    "pip3": ("install",),
    "poetry": ("install",),
    "pipenv": ("install", "sync"),
    "uv": ("sync", "pip"),
    "bundle": ("install",),
    "composer": ("install",),
    "playwright": ("install",),
    "apt-get": ("install", "update"),
    "apt": ("install",),
}
_BUILDPACKS_OWN = frozenset({"npm", "yarn", "pnpm", "pip", "pip3", "poetry", "pipenv", "uv", "bundle"})
"""Those with which buildpacks install what the manifest lists."""
_IN_IMAGE = "do it while the image is built: in a RUN of the Dockerfile"
_COMPILING = frozenset({"ts-node", "ts-node-dev", "tsnd", "babel-node"})
"""Runners that compile the whole program before they run it."""
_HOOKS = ("ts-node", "babel-node", "@babel/register", "@babel/node")
"""Words of commands that let Node.js, or a runner of it, translate what it loads."""
_BUNDLERS = frozenset({"webpack", "vite", "tsc", "rollup", "esbuild", "parcel", "gulp", "grunt", "react-scripts"})
_FRAMEWORKS = frozenset({"next", "nuxt", "nuxi", "remix", "react-router", "ng", "nest", "vue-cli-service", "gatsby", "astro", "strapi"})
"""Programs that build with the word `build`, and serve with another one."""


@rule("HL114", "release-phase-writes", WARNING, needs=("processes",))
def release_phase_writes(app: App) -> Iterator[Finding]:
    """The release phase makes files, and its dyno is thrown away with them."""
    release = app.processes.get("release")
    for launch in release.launches if release is not None else ():
        made = _makes_files(launch)
        if made:
            at = launch.at
            yield report(
                "HL114",
                f"the release phase makes {made}, and {'that is' if made.startswith('a ') else 'they are'} thrown away",
                Place(at.path, at.span, "files made here are lost"),
                why="release commands run on a dyno of their own after the slug is made; its disk goes when the command ends",
                related=started_at(app, release, launch) if release is not None else (),
                fix=_IN_IMAGE if app.is_container and launch.subcommand != "makemigrations" else _left_out(app, release, launch),
                process="release",
            )


def _makes_files(launch: Launch) -> str:
    if launch.tool in ("django", "django-admin") and launch.subcommand in ("collectstatic", "compress", "compilemessages", "compilescss"):
        return {"collectstatic": "static files", "compilemessages": "message catalogues"}.get(launch.subcommand, "compressed static files")
    if launch.tool in ("django", "django-admin") and launch.subcommand == "makemigrations":
        return "migrations"
    words = [word.text for word in launch.words]
    if launch.tool in ("npm", "yarn", "pnpm") and "build" in words[1:]:
        return "bundles"
    if launch.tool == "flask" and words[1:3] in (["db", "init"], ["db", "migrate"]):
        return "migrations"
    if "playwright" in (launch.tool, launch.module) and "install" in words:
        return "a copy of the browsers"
    if _downloads(launch, words):
        return "a copy of the data"
    return "bundles" if launch.tool in _BUNDLERS and "serve" not in words else ""


def _left_out(app: App, release: Process | None, launch: Launch) -> Fix:
    """The release phase without what a build does, or a person."""
    from herolint.app.mends.step_edits import without_step

    alone = launch.subcommand == "makemigrations" or (launch.subcommand == "collectstatic" and _collects(app))
    return Fix(_build_words(launch), without_step(app, release, launch) if alone and release is not None else ())


def _collects(app: App) -> bool:
    """Whether the buildpack runs collectstatic, as far as files tell."""
    return app.config_var("DISABLE_COLLECTSTATIC") is None


def _before(app: App, web: Process | None, launch: Launch) -> Fix:
    """The start command without what the buildpack has done before it."""
    from herolint.app.mends.step_edits import without_step

    words = {word.text for word in launch.words[1:]} - {
        launch.tool,
        "-r",
        "requirements.txt",
        "--production",
        "--no-cache-dir",
        "--quiet",
        "-q",
        "-m",
    }
    installs = launch.tool in _BUILDPACKS_OWN and len(words) == 1 and words <= set(_PACKAGE_MANAGERS[launch.tool])
    done = installs or (launch.subcommand == "collectstatic" and _collects(app))
    return Fix(_at_build(launch), without_step(app, web, launch) if done and web is not None else ())


def _build_words(launch: Launch) -> str:
    if launch.subcommand == "collectstatic":
        return "leave it out: the Python buildpack runs collectstatic while it builds"
    if launch.subcommand == "makemigrations" or launch.tool == "flask":
        return "make migrations on your machine and commit them; the release phase only applies them"
    return "do it while building: `bin/post_compile` for Python, a `build` script in package.json for Node.js"


@rule("HL115", "build-at-boot", WARNING, needs=("processes",))
def build_at_boot(app: App) -> Iterator[Finding]:
    """The start command installs, compiles or bundles before it serves."""
    web = app.web
    reported: list[Launch] = []
    for launch in web.launches if web is not None else ():
        what = _builds(app, launch)
        if not what or launch.command.background or launch.alternative or any(_started_by(launch, other) for other in reported):
            continue
        reported.append(launch)
        yield report(
            "HL115",
            f"web {what} at every start",
            Place(launch.at.path, launch.at.span, "before the port is bound"),
            why=f"each start pays for it again within the {app.platform.boot_timeout_s:.0f} s until the port must be bound",
            related=started_at(app, web, launch) if web is not None else (),
            fix=_IN_IMAGE if app.is_container else _before(app, web, launch),
            process="web",
        )


def _started_by(launch: Launch, other: Launch) -> bool:
    """Whether a program is a step of another one, a script of package.json."""
    outer = len(other.via)
    return len(launch.via) > outer and launch.via[:outer] == other.via and launch.via[outer].span == other.at.span


def _compiler(app: App, launch: Launch) -> str:
    """What translates the script of a runner at each start: the runner itself, a hook that it loads, or what it hands the file to."""
    script = launch.script or ""
    if launch.subcommand in _COMPILING:
        is_done = launch.subcommand != "babel-node" and ("node_modules/" in script or script.endswith((".js", ".cjs", ".mjs")))
        return "" if is_done else launch.subcommand
    hook = next((word.text for word in launch.words if any(name in word.text for name in _HOOKS)), "")
    handed = app.code.servers.get(launch.subcommand)
    restarts = handed is not None and handed.restarts
    return hook or ("ts-node" if restarts and script.endswith((".ts", ".tsx")) else "")


def _serves(app: App, launch: Launch, words: list[str]) -> bool:
    """Whether a bundler is told to serve what it makes, by its name alone (`vite`) or a word."""
    server = app.code.servers.get(launch.tool)
    return bool({"serve", "dev", "start", "preview"} & set(words)) or (server is not None and launch.subcommand in server.serves)


def _builds(app: App, launch: Launch) -> str:
    words = [word.text for word in launch.words]
    if launch.tool == "go" and words[1:2] in (["run"], ["build"], ["install"]) and keeps_toolchain(app):
        return f"compiles (`go {words[1]}`)"
    manager = launch.module if launch.tool == "python" and launch.module else launch.tool  # `python -m pip install`
    subs = _PACKAGE_MANAGERS.get(manager)
    if subs and len(words) > 1:
        at = words.index(manager) + 1 if manager in words else 1
        following = next((word for word in words[at:] if not word.startswith("-")), "")
        if following in subs:
            return f"runs `{manager} {following}`"
    if launch.tool in ("npm", "yarn", "pnpm") and any(word == "build" or word.startswith("build:") for word in words[1:]):
        return f"runs `{' '.join(words[:3])}`"
    if launch.tool in ("django", "django-admin") and launch.subcommand in ("collectstatic", "compress", "compilemessages"):
        return f"runs `{launch.subcommand}`"
    if launch.tool in _FRAMEWORKS and (word := next((one for one in words[1:2] if one.rpartition(":")[2] == "build"), "")):
        return f"runs `{launch.tool} {word}`"
    if launch.tool in _BUNDLERS and not _serves(app, launch, words):
        return f"runs `{launch.tool}`"
    if launch.tool == "node" and launch.script is not None and (compiler := _compiler(app, launch)):
        return f"compiles {launch.script} with {compiler}"
    if launch.tool == "nest" and launch.subcommand == "start":
        return "compiles with `nest start`"
    return "downloads data" if _downloads(launch, words) else ""


def _downloads(launch: Launch, words: list[str]) -> bool:
    """Whether a program fetches models or corpora, or a file from an address."""
    if launch.tool in _FETCHERS:
        return any(word.startswith(("https://", "http://", "ftp://")) for word in words) and _FETCHERS[launch.tool](words)
    return launch.tool == "python" and launch.module in ("nltk.downloader", "spacy") and "download" in " ".join(words)


def _wget_keeps(words: list[str]) -> bool:
    """Whether wget leaves a file: it is neither told to write to standard output, nor only to look."""
    return "--spider" not in words and "-" not in words and not any(word.startswith("-") and word.endswith("O-") for word in words)


def _curl_keeps(words: list[str]) -> bool:
    """Whether curl is told to leave a file."""
    short = "".join(word[1:] for word in words if word.startswith("-") and not word.startswith("--"))
    return not {"o", "O"}.isdisjoint(short) or not {"--output", "--remote-name"}.isdisjoint(words)


_FETCHERS: dict[str, Callable[[list[str]], bool]] = {"wget": _wget_keeps, "curl": _curl_keeps, "gdown": lambda words: True}


def _at_build(launch: Launch) -> str:
    if launch.subcommand == "collectstatic":
        return "leave it out: the Python buildpack runs collectstatic while it builds"
    if launch.module == "nltk.downloader":
        return "list the corpora in `nltk.txt`: the Python buildpack downloads them while it builds"
    if launch.tool in ("pip", "pip3", "poetry", "pipenv", "uv", "npm", "yarn", "pnpm", "bundle", "composer"):
        return "leave it to the buildpack, which installs what the manifest lists"
    return "do it while building: in `bin/post_compile`, a `build` script of package.json, or the Dockerfile"
