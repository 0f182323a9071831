"""BLAKE2, for telling contents apart. `hashlib` has the same function, but loads OpenSSL for others first, which takes 3 ms."""

try:
    from _blake2 import blake2b
except ImportError:  # an interpreter that is built in another way
    from hashlib import blake2b

__all__ = ["blake2b"]
