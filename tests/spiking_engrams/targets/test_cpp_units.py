"""Sources of a program in few translation units."""

import subprocess

import pytest

from spiking_engrams.programs import surroundings
from spiking_engrams.targets.cpp_units import write_units

SOURCE = """#include "objects.h"
////// SUPPORT CODE ///////
namespace {{
    static double* _values;
    static inline double shared(const double t) {{
        return {number} * t;
    }}
    #define _brian_pow(x, y) (pow((x), (y)) + {number})

}}

void _run_{name}()
{{
    using namespace brian;
    for(int i=0; i<1; i++)
    {{
        result += shared(_brian_pow(1.0, 2));
    }}
}}

void _debugmsg_{name}()
{{
    using namespace brian;
}}
"""


@pytest.fixture
def code(tmp_path):
    """A program of three operations of which two keep functions and macros of the same names to themselves."""
    (tmp_path / "code_objects").mkdir()
    (tmp_path / "objects.h").write_text("#pragma once\n#include <cmath>\nnamespace brian { extern double result; }\n")
    for number, name in enumerate(("E_stateupdater_codeobject", "I_resetter_codeobject"), start=2):
        (tmp_path / "code_objects" / f"{name}.cpp").write_text(SOURCE.format(name=name, number=number))
    (tmp_path / "code_objects" / "before_run_push_spikes.cpp").write_text(
        '#include "objects.h"\nvoid _before_run_push_spikes()\n{\n    using namespace brian;\n    result = 1;\n}\n'
    )
    (tmp_path / "main.cpp").write_text("int main() { return 0; }\n")
    return tmp_path


def sources(code):
    return sorted(str(path.relative_to(code)) for path in code.glob("**/*.cpp"))


def test_what_runs_once_and_what_runs_in_the_loop_are_apart(code):
    assert write_units(code, sources(code)) == {"hot": ["units/hot_0.cpp"], "cold": ["main.cpp", "units/cold_0.cpp"]}
    assert "_before_run_push_spikes" in (code / "units" / "cold_0.cpp").read_text()


@pytest.mark.cpp
def test_each_operation_keeps_its_own_functions_and_macros(code, needs_compiler):
    write_units(code, sources(code))
    (code / "main.cpp").write_text(
        "#include <cstdio>\nvoid _run_E_stateupdater_codeobject(); void _run_I_resetter_codeobject();\n"
        "namespace brian { double result = 0; }\nint main() { _run_E_stateupdater_codeobject();\n"
        '_run_I_resetter_codeobject(); std::printf("%g", brian::result); }\n'
    )
    subprocess.run([*surroundings.compiler(), "-I.", "main.cpp", "units/hot_0.cpp", "-o", "main"], cwd=code, check=True)
    found = subprocess.run([code / "main"], capture_output=True, text=True).stdout
    assert float(found) == 2 * (1 + 2) + 3 * (1 + 3)


@pytest.mark.parametrize(
    "odd",
    ["namespace {\n    int a;\n}\nnamespace {\n    int b;\n}\n", "int helper() {\n    return 1;\n}\n", "namespace {"],
)
def test_a_source_of_another_form_stays_on_its_own(code, odd):
    path = code / "code_objects" / "I_resetter_codeobject.cpp"
    path.write_text(odd + path.read_text())
    assert "code_objects/I_resetter_codeobject.cpp" in write_units(code, sources(code))["hot"]
