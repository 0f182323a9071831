"""What is known of Python distributions: names, weights, slug estimates. The one door to names, measured and slug."""

from __future__ import annotations

from herolint.knowledge.measured import MB, DropIn, Package, known_packages, package, release, sizes_date
from herolint.knowledge.names import advised, distributions_for_import, import_names, is_listed_import, normalise, program_packages
from herolint.knowledge.slug import Estimate, Part, Share, estimate_slug, weighed_slug

__all__ = [
    "MB",
    "DropIn",
    "Estimate",
    "Package",
    "Part",
    "Share",
    "advised",
    "distributions_for_import",
    "estimate_slug",
    "import_names",
    "is_listed_import",
    "known_packages",
    "normalise",
    "package",
    "program_packages",
    "release",
    "sizes_date",
    "weighed_slug",
]
