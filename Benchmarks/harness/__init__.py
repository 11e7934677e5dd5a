"""The benchmarks of DiffREPL: see README.md beside this folder."""
