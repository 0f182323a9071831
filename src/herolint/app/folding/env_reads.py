"""Reads of environment variables, by call or from the table that holds them, in the standard libraries and in helpers for settings."""

from __future__ import annotations

from herolint.app.linking.module import Mod
from herolint.app.linking.values import UNKNOWN, Env, Known, Made, Ref, Value
from herolint.code import facts
from herolint.code.facts import NONE
from herolint.code.queries import argument
from herolint.patterns import lazy

ENV_CALLS = {
    "os.environ.get": "default", "os.getenv": "default", "os.environ.pop": "default", "os.environ.setdefault": "default",
    "decouple.config": "default", "decouple.AutoConfig()": "default", "decouple.Config()": "default",
    "environ.Env()": "default", "environs.Env()": "default", "environs.env": "default", "starlette.config.Config()": "default",
    "prettyconf.config": "default", "dotenv.get_key": "", "os.getenvb": "default",
    "os.Getenv": "", "os.LookupEnv": "", "syscall.Getenv": "", "ENV.fetch": "", "Deno.env.get": "", "config.get": "",
    "@nestjs/config.ConfigService().get": "", "@nestjs/config.ConfigService().getOrThrow": "",
}  # fmt: skip
ENV_TABLES = frozenset({"os.environ", "process.env", "ENV", "Bun.env", "import.meta.env"})
"""Objects that hold the environment: `process.env.PORT`, `os.environ["PORT"]`."""
_SETTINGS = ("@nestjs/config.",)
"""Readers of settings, of which only those with names of variables are certain to be variables."""
_EMPTY = frozenset({"os.Getenv", "syscall.Getenv"})
"""Reads that give empty text for a variable that is not set."""
_SECOND = ("os.environ.get", "os.getenv", "os.environ.pop", "os.environ.setdefault")
ENV_OBJECTS = ("environ.Env()", "environ.FileAwareEnv()", "environs.Env()", "environs.env")
URL_METHODS = frozenset({"db", "db_url", "cache", "cache_url", "dj_db_url", "dj_cache_url", "email_url", "search_url"})


SETTINGS_BASES = frozenset({"pydantic.BaseSettings", "pydantic_settings.BaseSettings", "pydantic.env_settings.BaseSettings"})
"""Classes whose heirs read their fields from variables."""
_TAG = lazy(r'([\w-]+):"((?:[^"\\]|\\.)*)"')
_TAGS = ("env", "envconfig", "mapstructure")
"""Keys of field tags that name the variable a field is filled from."""
_DEFAULTS = ("envDefault", "env-default", "default")


def reads_environment(name: str) -> bool:
    """Whether a call of that qualified name reads an environment variable."""
    if name in ENV_CALLS:
        return True
    base, _, method = name.rpartition(".")
    return (base in ENV_OBJECTS and method not in ("read_env", "read_envfile", "prefixed")) or (
        base in ("decouple.config", "os.environ") and method == "get"
    )


def gives_text(name: str) -> bool:
    """Whether a call of that qualified name gives a variable as the text that it is, or None."""
    return name in _SECOND


def is_table(name: str) -> bool:
    """Whether that is the table of all variables."""
    return name in ENV_TABLES


def environment_read(name: str, made: Made) -> Value:
    """The environment variable that a call reads, with its default."""
    first = made.args[0] if made.args else None
    key = first.value if isinstance(first, Known) and isinstance(first.value, str) else None
    method = name.rpartition(".")[2]
    if method in URL_METHODS and key is None:
        key = {"cache": "CACHE_URL", "cache_url": "CACHE_URL", "email_url": "EMAIL_URL"}.get(method, "DATABASE_URL")
    if key is None or (name.startswith(_SETTINGS) and not key.isupper()):
        return UNKNOWN  # a setting of another name, which may be made of anything
    default = made.keyword("default")
    position_holds_default = name in _SECOND or name.startswith(("environs", "ENV."))
    if default is None and len(made.args) > 1 and (position_holds_default or not isinstance(made.args[1], Ref)):
        default = made.args[1]
    if name in _EMPTY:
        return Env(key, Known(""))
    optional = name in _SECOND or name == "os.LookupEnv" or (name.startswith(_SETTINGS) and method == "get")
    return Env(key, default if default is not None else (Known(None) if optional else None), required=default is None and not optional)


def tagged(tag: str, field: str) -> Env | None:
    """The variable that a field's tag (`env:"PORT" envDefault:"8080"`) says it is filled from."""
    keys = dict(_TAG.findall(tag))
    written = next((keys[key] for key in _TAGS if key in keys), None)
    if written is None:
        return None
    name, *rest = [part.strip() for part in written.split(",")]
    if "env" not in keys and "envconfig" not in keys and not name.isupper():
        return None
    default = next((keys[key] for key in _DEFAULTS if key in keys), None)
    default = default if default is not None else next((part[8:] for part in rest if part.startswith("default=")), None)
    required = "required" in rest or keys.get("required") == "true" or keys.get("env-required") == "true"
    return Env(name or field.upper(), Known(default) if default is not None else None if required else Known(""), required)


def settings_field(name: str, value: Value | None, prefix: str = "") -> Env:
    """The variable behind a field of a settings class, by what the class says of the field: `token: str = Field(alias="API_TOKEN")`."""
    name = prefix + name
    if isinstance(value, Made) and value.name.endswith("Field"):
        alias = value.keyword("env") or value.keyword("validation_alias") or value.keyword("alias")
        name = alias.value if isinstance(alias, Known) and isinstance(alias.value, str) else name
        value = value.keyword("default") or (value.args[0] if value.args else None)
    return value if isinstance(value, Env) else Env(name.upper(), value, required=value is None)


def settings_prefix(mod: Mod, index: int) -> str:
    """What the variables of a settings class begin with before their fields' names: `env_prefix` of its configuration."""
    inner = next((i for i, cls in enumerate(mod.facts.classes) if cls.parent_class == index and cls.name == "Config"), NONE)
    given = [one.value for one in mod.class_body.get(inner, {}).get("env_prefix", ())] if inner != NONE else []
    for one in mod.class_body.get(index, {}).get("model_config", ()):
        if isinstance(one.value, facts.Call):
            given.append(argument(one.value, None, "env_prefix"))
        elif isinstance(one.value, facts.Mapping):
            given += [value for key, value in one.value.items if isinstance(key, facts.Const) and key.value == "env_prefix"]
    prefixes = [one.value for one in given if isinstance(one, facts.Const) and isinstance(one.value, str)]
    return prefixes[-1] if prefixes else ""


def named_read(made: Made) -> Env | None:
    """`get_string(name="X", default=…)`: how helper libraries spell a read; told by the two keywords and the variable's upper case."""
    name, default = made.keyword("name"), made.keyword("default")
    if default is None or not isinstance(name, Known) or not isinstance(name.value, str):
        return None
    return Env(name.value, default) if name.value.isupper() and made.name.rpartition(".")[2].startswith(("get_", "env")) else None
