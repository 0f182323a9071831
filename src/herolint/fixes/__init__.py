"""Fixes that apply themselves: chosen, tried on the files in memory, linted again, and written only at the end."""
