"""What git only points to: LFS files and submodules that a build does not have."""

from __future__ import annotations

from collections.abc import Iterator

from herolint.app.building.absent import pointers, submodules
from herolint.app.model import App
from herolint.finding import Confidence, Finding, Place
from herolint.rules.registry import WARNING, report, rule


@rule("HL419", "git-lfs-or-submodule", WARNING)
def git_lfs_or_submodule(app: App) -> Iterator[Finding]:
    """Files in Git LFS that the app uses, and submodules that some deploys leave empty."""
    if app.is_container and app.heroku_yml is None:
        return  # the image is built where git has fetched everything
    yield from _lfs(app)
    if app.root.deployed:
        yield from _submodules(app)


def _lfs(app: App) -> Iterator[Finding]:
    if app.platform.repository.lfs or any("lfs" in one.url.lower() for one in app.listed_buildpacks):
        return
    found = pointers(app)
    if not found:
        return
    count = f"{found[0]} is" if len(found) == 1 else f"{found[0]} and {len(found) - 1} more files are"
    yield report(
        "HL419",
        f"{count} kept in Git LFS: the build gets the pointer, a text of three lines, in place of the content",
        Place(found[0]),
        why=f"{app.platform.title} does not speak LFS: the push fails (`Repository or object not found`), and deploys from GitHub take the pointer",
        related=[Place(path) for path in found[1:3]],
        fix="commit the file itself if it is small, else fetch it from object storage; or list a buildpack that fetches LFS objects first",
    )


def _submodules(app: App) -> Iterator[Finding]:
    known = {one.path: one for one in app.gitmodules}
    for path in submodules(app):
        one = known.get(path)
        if one is None:
            yield report(
                "HL419",
                f"{path}/ is a link to another repository's commit, and .gitmodules does not say where that repository is",
                Place(path),
                why="the folder is empty on the dyno: git has stored a number in place of the files",
                fix=f"to keep the files: `git rm --cached {path}`, delete {path}/.git, `git add {path}/`",
            )
        elif one.needs_key or one.url.startswith("."):
            reason = "over SSH, and the build has no key" if one.needs_key else "from an address relative to the app's own git remote"
            yield report(
                "HL419",
                f"the submodule {path} is fetched {reason}",
                Place(".gitmodules", one.span, "cannot be fetched"),
                why="a push stops at the submodules, and deploys from GitHub leave the folder empty",
                fix="use an https address (a private repository needs its token in it), or copy the files in",
                confidence=Confidence.MEDIUM,
            )
        elif app.app_json is not None:
            yield report(
                "HL419",
                f"the submodule {path} is empty wherever the app is not deployed by `git push`",
                Place(".gitmodules", one.span, "not always fetched"),
                why="review apps, the deploy button and deploys from GitHub build a copy of the repository without its submodules",
                fix="install it as a dependency, or copy the files in",
                confidence=Confidence.MEDIUM,
            )
        else:
            continue
        return
