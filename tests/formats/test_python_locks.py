"""Lock files: the hashes that tie them to their manifests, and what of them ends up on a dyno."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from herolint.app.building.locked import installed
from herolint.formats.pipfile import parse_pipfile, parse_pipfile_lock, pipfile_hash
from herolint.formats.pylocks import parse_poetry_lock, parse_uv_lock
from herolint.formats.pyproject import parse as parse_project
from herolint.formats.pyproject import poetry_hashes
from herolint.source import SourceFile

PIPFILE = (
    '[[source]]\nurl = "https://pypi.org/simple"\nverify_ssl = true\nname = "pypi"\n\n[packages]\nFlask = "==3.1.1"\n\n[dev-packages]\n'
)


def hashed(text: str) -> tuple[str | None, str | None]:
    found = parse_pipfile(SourceFile("Pipfile", text.encode()))
    return found.hash, found.old_hash


def test_a_pipfile_without_source_means_the_public_index() -> None:
    without = PIPFILE[PIPFILE.index("[packages]") :]
    assert pipfile_hash(SourceFile("Pipfile", without.encode())) == pipfile_hash(SourceFile("Pipfile", PIPFILE.encode()))


def test_scripts_comments_and_line_ends_do_not_count() -> None:
    changed = PIPFILE.replace("[packages]", "# a comment\n[packages]") + '\n[scripts]\nserve = "flask run"\n'
    assert hashed(changed) == hashed(PIPFILE) == hashed(PIPFILE.replace("\n", "\r\n"))


def test_the_spelling_of_names_counts_for_old_locks_only() -> None:
    new, old = hashed(PIPFILE)
    assert hashed(PIPFILE.replace("Flask", "flask")) == (new, new)
    assert old != new


@given(st.sampled_from(["flask", "redis", "celery"]), st.sampled_from(["*", "==1.0", ">=2"]))
def test_every_version_counts(name: str, version: str) -> None:
    one = f'[packages]\n{name} = "{version}"\n'
    assert hashed(one) != hashed(one.replace(version, "==9.9"))


def test_poetry_hashes_the_groups_of_pep_735_since_2_3() -> None:
    text = b'[tool.poetry.dependencies]\npython = "^3.13"\n[dependency-groups]\ndev = ["pytest"]\n'
    new, old = poetry_hashes(SourceFile("pyproject.toml", text))
    assert new != old
    assert poetry_hashes(SourceFile("pyproject.toml", b'[tool.poetry.dependencies]\npython = "^3.13"\n')) == (old, old)
    assert poetry_hashes(SourceFile("pyproject.toml", b"[broken")) == (None, None)


UV = """version = 1
requires-python = ">=3.10"

[[package]]
name = "demo"
source = { virtual = "." }
dependencies = [
    { name = "colorama", marker = "sys_platform == 'win32'" },
    { name = "numpy", version = "2.2.6", source = { registry = "r" }, marker = "python_full_version < '3.11'" },
    { name = "numpy", version = "2.3.5", source = { registry = "r" }, marker = "python_full_version >= '3.11'" },
    { name = "rich" },
]

[[package]]
name = "colorama"
version = "0.4.6"

[[package]]
name = "numpy"
version = "2.2.6"
resolution-markers = ["python_full_version < '3.11'"]
sdist = { url = "https://index.invalid/numpy-2.2.6.tar.gz" }
wheels = [{ url = "https://index.invalid/numpy-2.2.6-cp310-cp310-manylinux_2_17_x86_64.whl" }]

[[package]]
name = "numpy"
version = "2.3.5"
resolution-markers = ["python_full_version >= '3.11'"]

[[package]]
name = "rich"
version = "14.0.0"
dependencies = [{ name = "markdown-it-py" }]

[[package]]
name = "markdown-it-py"
version = "3.0.0"
"""


def test_forks_and_markers_of_a_uv_lock() -> None:
    lock = parse_uv_lock(SourceFile("uv.lock", UV.encode()))
    assert {p.name: p.version for p in installed(lock, None, "3.10")} == {"numpy": "2.2.6", "rich": "14.0.0", "markdown-it-py": "3.0.0"}
    assert {p.name: p.version for p in installed(lock, None, "3.13")} == {"numpy": "2.3.5", "rich": "14.0.0", "markdown-it-py": "3.0.0"}
    numpy = next(p for p in lock.packages if p.version == "2.2.6")
    assert numpy.files == ("numpy-2.2.6.tar.gz", "numpy-2.2.6-cp310-cp310-manylinux_2_17_x86_64.whl")


POETRY = """[[package]]
name = "click"
version = "8.1.8"
groups = ["main"]
files = [{file = "click-8.1.8-py3-none-any.whl", hash = "sha256:0"}]

[package.dependencies]
colorama = {version = "*", markers = "platform_system == \\"Windows\\""}

[[package]]
name = "colorama"
version = "0.4.6"
groups = ["main"]
markers = "platform_system == \\"Windows\\""

[[package]]
name = "pytest"
version = "8.3.5"
groups = ["dev"]

[[package]]
name = "pygraphviz"
version = "1.14"
optional = true
groups = ["main"]
markers = "extra == \\"drawings\\""
"""


def test_markers_and_groups_of_a_poetry_lock() -> None:
    lock = parse_poetry_lock(SourceFile("poetry.lock", POETRY.encode()))
    project = parse_project(SourceFile("pyproject.toml", b'[tool.poetry.dependencies]\npython = "^3.13"\nclick = "*"\n'))
    assert [p.name for p in installed(lock, project.dependencies, "3.13")] == ["click"]
    assert [p.name for p in installed(lock, None, "3.13")] == ["click"]


def test_what_only_an_extra_leads_to_is_not_installed() -> None:
    lock = parse_poetry_lock(SourceFile("poetry.lock", POETRY.encode()))
    project = b'[tool.poetry.dependencies]\nclick = "*"\npygraphviz = {version = "^1", optional = true}\n'
    asked = parse_project(SourceFile("pyproject.toml", project)).dependencies
    assert [p.name for p in installed(lock, asked, "3.13")] == ["click"]


def test_markers_of_a_pipfile_lock() -> None:
    text = b'{"default": {"pywin32": {"markers": "sys_platform == \'win32\'", "version": "==306"}, "flask": {"version": "==3.1.1"}}}'
    lock = parse_pipfile_lock(SourceFile("Pipfile.lock", text))
    assert lock.markers == {"pywin32": "sys_platform == 'win32'"}
