"""How Python's expression nodes are read: the table that the rooms of this front end enter their functions into."""

from __future__ import annotations

from herolint.code import nodes
from herolint.code.nodes import Nodes
from herolint.code.python.grammar import GRAMMAR
from herolint.code.reader import Reader

Handler = nodes.Handler[Reader]

NODES: Nodes[Reader] = Nodes(GRAMMAR)
HANDLERS, reads, convert, items, other, rest = NODES.handlers, NODES.reads, NODES.convert, NODES.items, NODES.other, NODES.rest
