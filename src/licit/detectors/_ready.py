"""Ready: loaded in the process that workers are forked from, it makes every detector once for all of them.

Rules kept here:

- What fails here says nothing: each worker asks for its detectors itself, and stops the run where there is none.
"""

from contextlib import suppress

from .registry import chosen

with suppress(Exception):
    chosen()
    import onnxruntime  # noqa: F401  the sessions are made by each worker for itself
