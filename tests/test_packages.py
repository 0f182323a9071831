"""What is known of distributions: names, the measured table, and slug estimates against slugs that were weighed."""

from __future__ import annotations

import datetime

import pytest

from herolint.knowledge.names import table
from herolint.knowledge.packages import (
    MB,
    distributions_for_import,
    estimate_slug,
    import_names,
    known_packages,
    normalise,
    package,
    program_packages,
    release,
)
from herolint.platforms import load

LIMIT = load().slug_limit_bytes
WARNING = load().slug_warning_bytes


@pytest.mark.parametrize(
    ("module", "distribution"),
    [
        ("yaml", "pyyaml"),
        ("bs4", "beautifulsoup4"),
        ("sklearn", "scikit-learn"),
        ("PIL", "pillow"),
        ("dotenv", "python-dotenv"),
        ("jwt", "pyjwt"),
        ("MySQLdb", "mysqlclient"),
        ("attr", "attrs"),
        ("google.cloud.storage.blob", "google-cloud-storage"),
        ("google.protobuf.json_format", "protobuf"),
        ("cv2", "opencv-python"),
        ("flask_login", "flask-login"),
        ("requests.adapters", "requests"),
    ],
)
def test_distribution_that_provides_a_module(module: str, distribution: str) -> None:
    assert distributions_for_import(module)[0] == distribution


def test_several_distributions_may_provide_a_module() -> None:
    assert {"opencv-python", "opencv-python-headless", "opencv-contrib-python"} <= set(distributions_for_import("cv2"))
    assert {"psycopg2", "psycopg2-binary"} <= set(distributions_for_import("psycopg2"))
    assert {"discord-py", "py-cord"} <= set(distributions_for_import("discord"))


def test_import_names_of_a_distribution() -> None:
    assert "yaml" in import_names("PyYAML")
    assert "cv2" in import_names("opencv_python_headless")
    assert import_names("Flask-Login") == ("flask_login",)
    assert {"torch", "torchgen"} <= set(import_names("torch"))


@pytest.mark.parametrize(
    ("program", "distribution"),
    [
        ("gunicorn", "gunicorn"),
        ("waitress-serve", "waitress"),
        ("newrelic-admin", "newrelic"),
        ("rqworker", "rq"),
        ("django-admin", "django"),
        ("celery", "celery"),
    ],
)
def test_program_of_a_distribution(program: str, distribution: str) -> None:
    assert program_packages(program)[0] == distribution


def test_programs_of_the_system_belong_to_no_distribution() -> None:
    assert program_packages("bash") == ()
    assert program_packages("npm") == ()


def test_names_in_the_tables_are_normalised() -> None:
    for kind in ("imports", "programs"):
        for key, distributions in table()[kind].items():
            assert distributions, key
            assert [normalise(name) for name in distributions] == distributions
            assert len(set(distributions)) == len(distributions)


def test_measured_rows_are_sound() -> None:
    known = set(known_packages())
    assert len(known) > 400
    for name in known:
        row = package(name)
        assert row is not None
        assert row.bytes > 0, name
        assert row.rest >= 0
        assert name not in row.closure
        assert set(row.closure) <= known, name
        datetime.date.fromisoformat(row.date)
        for version in row.older:
            earlier = release(name, version)
            assert earlier is not None
            assert earlier.version == version
            assert set(earlier.closure) <= known, (name, version)


def test_a_drop_in_is_there_for_later_releases_only() -> None:
    heavy = package("tensorflow")
    assert heavy is not None
    assert heavy.drop_in is not None
    assert not heavy.drop_in.exists_for("1.0.1")
    assert heavy.drop_in.exists_for("2.7.0")
    assert heavy.drop_in.exists_for(None)


def test_drop_ins_are_measured_and_lighter() -> None:
    assert table()["lighter"]
    for name in table()["lighter"]:
        row = package(name)
        assert row is not None, name
        assert row.drop_in is not None
        assert row.drop_in.bytes > 0
        if name != "psycopg2":
            whole = estimate_slug([(name, None)], locked=False, repo_bytes=0).likely
            assert row.drop_in.bytes < whole, name


@pytest.mark.parametrize(
    ("requirements", "cpu_index", "megabytes"),
    [
        ([("torch", None)], False, 3060),
        ([("torch", None), ("transformers", None)], False, 3130),
        ([("tensorflow", None)], False, 658),
        ([("deepface", "0.0.93")], False, 880),
        ([("tensorflow-cpu", None)], False, 367),
        ([("torch", None)], True, 254),
        ([("streamlit", None)], False, 156),
        ([("scikit-learn", None), ("pandas", None)], False, 123),
        ([("opencv-python", None)], False, 113),
        ([("opencv-python-headless", None)], False, 100),
        ([("spacy", None)], False, 110),
        ([("playwright", None)], False, 73),
    ],
)
def test_estimate_covers_the_slug_that_was_weighed(requirements: list[tuple[str, str | None]], cpu_index: bool, megabytes: int) -> None:
    found = estimate_slug(requirements, locked=False, repo_bytes=0, cpu_index=cpu_index)
    assert found.low <= megabytes * MB <= found.high
    assert found.low <= found.likely <= found.high
    assert not found.unknown


def test_torch_is_too_large_with_cuda_only() -> None:
    assert estimate_slug([("torch", None)], locked=False, repo_bytes=0).low > LIMIT
    assert estimate_slug([("torch", "1.13.1")], locked=False, repo_bytes=0).low > LIMIT
    assert estimate_slug([("Torch", "2.13.0+cpu")], locked=False, repo_bytes=0).high < WARNING
    assert estimate_slug([("sentence-transformers", None)], locked=False, repo_bytes=0).low > LIMIT
    assert estimate_slug([("sentence-transformers", None)], locked=False, repo_bytes=0, cpu_index=True).low < LIMIT


def test_small_app_is_small() -> None:
    found = estimate_slug([("flask", "3.1.0"), ("gunicorn", None), ("requests", None)], locked=False, repo_bytes=2 * MB)
    assert found.high < 50 * MB
    assert found.parts[0].name == "python"
    assert ("app", 2 * MB) in [(part.name, part.bytes) for part in found.parts]


def test_lock_file_counts_only_what_it_lists() -> None:
    direct = estimate_slug([("pandas", None)], locked=False, repo_bytes=0)
    locked = estimate_slug([("pandas", None)], locked=True, repo_bytes=0)
    assert "numpy" in {part.name for part in direct.parts}
    assert "numpy" not in {part.name for part in locked.parts}


def test_parts_are_largest_first_and_say_who_pulls_them_in() -> None:
    found = estimate_slug([("torch", None)], locked=False, repo_bytes=0)
    sizes = [part.bytes for part in found.parts]
    assert sizes == sorted(sizes, reverse=True)
    assert {part.note for part in found.parts if part.name.startswith("nvidia-")} == {"pulled in by torch"}


def test_unknown_distribution_does_not_raise_the_low_bound() -> None:
    known = estimate_slug([("flask", None)], locked=False, repo_bytes=0)
    found = estimate_slug([("flask", None), ("our-own_package", None)], locked=False, repo_bytes=0)
    assert found.unknown == ("our-own-package",)
    assert found.low - known.low < MB
    assert found.high > known.high


def test_sizes_of_a_lock_file_win_over_the_table() -> None:
    found = estimate_slug([("torch", "9.9.9")], locked=True, repo_bytes=0, wheel_bytes={"Torch": 100 * MB})
    assert 100 * MB < found.low < found.high < 130 * MB
    assert not found.unknown


def test_byte_code_comes_on_top_of_the_sizes_of_a_lock_file() -> None:
    found = estimate_slug([("django", None)], locked=True, repo_bytes=0, wheel_bytes={"django": 8 * MB}, base_bytes=0)
    assert 8.1 * MB < found.likely < 12 * MB


@pytest.mark.parametrize(
    ("version", "nearest"),
    [("1.10.0", "1.10.2"), ("2.0.0", "2.0.1"), ("1.13.1", "1.13.1"), ("2.5.0+cu121", "2.5.1"), ("nonsense", "1.7.1")],
)
def test_nearest_measured_release(version: str, nearest: str) -> None:
    found = release("torch", version)
    assert found is not None
    assert found.version == nearest


def test_pinned_release_replaces_the_cuda_libraries_of_the_newest() -> None:
    found = estimate_slug([("sentence-transformers", None), ("torch", "1.10.2")], locked=False, repo_bytes=0)
    assert not [part for part in found.parts if part.name.startswith("nvidia-")]


def test_what_extras_bring_is_added_once() -> None:
    plain = estimate_slug([("uvicorn", None)], locked=False, repo_bytes=0)
    whole = estimate_slug([("uvicorn", None)], locked=False, repo_bytes=0, by_extras={"uvloop": "uvicorn[standard]", "uvicorn": "x"})
    added = {part.name: part.note for part in whole.parts if part not in plain.parts}
    assert added == {"uvloop": "pulled in by uvicorn[standard]"}
