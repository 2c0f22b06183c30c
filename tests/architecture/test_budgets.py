"""Files, functions and names stay small and honest enough to read."""

import ast
import re
import sys

from source_tree import ROOT, Function, functions, imported, trees

FILE_LINES, FUNCTION_LINES, PARAMETERS = 400, 50, 6

#: Modules that may be imported inside a function, because they come with an extra and may be missing.
EXTRAS = {"mistral_common", "torch", "jax", "onnxruntime", "spacy", "gliner", "transformers", "ray", "psycopg", "fsspec",
          "fastapi", "uvicorn", "jinja2", "babel", "joserfc", "argon2", "datasets", "hyperscan", "mlcroissant", "psutil",
          "tiktoken", "pyotp", "httpx"}
#: Parts of the base install that may be imported inside a function, each in one file only: most commands need neither, and
#: together they are about a seventh of the processor time of a short one (`licit log list`: 0.3 s of 2.3).
LATE = {"src/licit/adapters/migrations/__init__.py": {"alembic"}, "src/licit/adapters/documents/pdf.py": {"pypdf"},
        "src/licit/signals/_documents.py": {"pypdf"}}
_BANNED_NAME = re.compile(r"(Manager|Helper|Engine|Factory|Util|Utils)(?![a-z])|^_?Base(?=[A-Z]|$)")


def test_files_are_short() -> None:
    """No source file is longer than 400 lines."""
    long = {path: n for path in trees()
            if (n := len((ROOT / path).read_text(encoding="utf-8").splitlines())) > FILE_LINES}
    assert long == {}


def test_functions_are_short() -> None:
    """No function is longer than 50 lines."""
    long = {f"{path}:{node.name}": n for path, tree in trees().items() for node in functions(tree)
            if (n := node.end_lineno - node.lineno + 1) > FUNCTION_LINES}  # type: ignore[operator]
    assert long == {}


def parameters(node: Function) -> int:
    """Count a function's parameters, self and cls left out."""
    given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return len([arg for arg in given if arg.arg not in ("self", "cls")]) + bool(node.args.vararg) + bool(node.args.kwarg)


def test_functions_take_few_parameters() -> None:
    """No function takes more than six parameters; the option lists of the command line are exempt."""
    many = {f"{path}:{node.name}": n for path, tree in trees().items() if "/surfaces/" not in path
            for node in functions(tree) if (n := parameters(node)) > PARAMETERS}
    assert many == {}


def test_no_import_hides_in_a_function() -> None:
    """A hidden import dodges the arrows; only an optional extra, or a slow part named for its file, may be imported late."""
    hidden = {f"{path}:{node.name} {name}" for path, tree in trees().items() for node in functions(tree)
              for inner in ast.walk(node) for name in imported(inner)
              if name.split(".")[0] not in EXTRAS | LATE.get(path, set()) | sys.stdlib_module_names}
    assert hidden == set()


def test_no_name_says_nothing() -> None:
    """No Manager, Helper, Engine, Factory, Base or Util, in classes, functions or files."""
    named = {f"{path}:{node.name}" for path, tree in trees().items() for node in ast.walk(tree)
             if isinstance(node, Function | ast.ClassDef) and _BANNED_NAME.search(node.name)}
    files = {path for path in trees() if re.search(r"/_?(utils?|helpers?|managers?|common|misc|base)(\.py|/)", path)}
    assert named | files == set()


def test_no_switch_weakens_a_check_in_silence() -> None:
    """A switch that weakens a check is named for it: it starts with accept."""
    quiet = re.compile(r"^(skip|ignore|disable|allow|no|without|unsafe|force)_(check|consent|licen[cs]e|notice|approval|rights"
                       r"|verif|detect|screen|standing|reason)")
    named = {f"{path}:{name}" for path, tree in trees().items() for node in ast.walk(tree)
             if (name := getattr(node, "arg", None) or getattr(node, "name", None)) and isinstance(name, str)
             and quiet.search(name)}
    assert named == set()
