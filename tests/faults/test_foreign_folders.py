"""A folder or file from somebody else runs no code, and reads and writes nothing outside itself."""

import copy
import json
import re
import shutil

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from spiking_engrams.command import gathering
from spiking_engrams.command.cli import app
from spiking_engrams.command.command import RunOptions
from spiking_engrams.errors import EngramError, EngramWarning, RunFolderError, StateError
from spiking_engrams.experiment import registry
from spiking_engrams.experiment.conclusion import restate
from spiking_engrams.experiment.experiment import Request, execute, resume
from spiking_engrams.files.storage import read_json, write_json_atomic
from spiking_engrams.report.figures import save_all
from spiking_engrams.report.report import report_html
from spiking_engrams.runs import formats
from spiking_engrams.runs.rows import Row, as_html
from spiking_engrams.runs.run_folder import RunFolder
from spiking_engrams.state.recording import Recording
from spiking_engrams.state.state import State
from spiking_engrams.targets.building import TARGETS

pytestmark = pytest.mark.usefixtures("numpy_runtime")
DELETE = object()
ODD = [
    None,
    True,
    5,
    -1,
    1.5,
    1e300,
    10**30,
    "",
    "x",
    "../../x",
    "\x1b[31m",
    [],
    [5],
    [[]],
    {},
    {"a": 5},
    {"a": [None]},
]


@pytest.fixture
def run(toy_run, tmp_path):
    """A copy of a complete run."""
    shutil.copytree(toy_run.path, tmp_path / "run")
    return RunFolder(tmp_path / "run")


@pytest.fixture
def engrams(tmp_path, monkeypatch):
    """Run a command in a temporary folder; returns its result."""
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, [str(each) for each in arguments])


def changed(path, change):
    data = json.loads(path.read_text())
    data.pop("digest", None)
    change(data)
    path.write_text(json.dumps(data))


def refused(result, *texts):
    assert result.exit_code == 2 and "Traceback" not in result.output, result.output
    assert len(result.stderr.strip().splitlines()) == 1
    for text in texts:
        assert text in result.stderr


# Code


@pytest.mark.parametrize("what", ["protocol", "network", "neuron"])
@pytest.mark.parametrize("inside", [True, False])
def test_no_python_of_the_folder_runs_without_trust(engrams, run, tmp_path, what, inside):
    """S1: report and --resume ran any file or module that run.json names."""
    evil = (run.path if inside else tmp_path) / "evil.py"
    evil.write_text(f"open({str(tmp_path / 'executed')!r}, 'w')\n")
    name = {"neuron": f"{evil}:Model"}.get(what, str(evil))
    request = {"protocol": "renewal", "network": "amygdala", "neuron": "LIF", what: name}
    changed(run.path / "run.json", lambda info: info["request"].update(request))
    done = engrams("report", "run")
    assert done.exit_code == 0 and "stored in its folder" in done.stdout.replace("\n", " "), done.output
    assert "--trust" in done.stdout and "evil.py" in done.stdout.replace("\n", "")
    (run.path / "seed_0002/metrics.json").unlink()
    refused(engrams("run", "--resume", "run"), "evil.py", "engrams run --resume run --trust")
    (tmp_path / "all").mkdir()
    shutil.move(run.path, tmp_path / "all" / registry.name_of(request["protocol"]))
    requests = {registry.name_of(request["protocol"]): RunFolder(next((tmp_path / "all").iterdir())).info["request"]}
    write_json_atomic(tmp_path / "all/reproduction.json", {"format_version": 1, "requests": requests}, seal=True)
    refused(engrams("reproduce", "--resume", "all"), "evil.py", "engrams reproduce --resume all --trust")
    assert not (tmp_path / "executed").exists()


@pytest.mark.parametrize("name", ["antigravity", "os.path", "protocols.evil.x y", "networks", "protocols/../evil.py"])
def test_other_modules_are_not_loaded_without_trust(toy_request, tmp_path, name):
    import dataclasses

    request = dataclasses.replace(toy_request, protocol="renewal", network=name)
    if name != "networks":
        with pytest.raises(RunFolderError, match="not part of this installation: network"):
            execute(request, tmp_path / "run", trust=False)
    assert not (tmp_path / "run").exists()


def test_packages_that_shadow_those_of_the_installation_are_foreign(toy_request, monkeypatch):
    import dataclasses
    import importlib.machinery

    from spiking_engrams.experiment.trust import foreign_code

    request = dataclasses.replace(toy_request, protocol="renewal", network="amygdala")
    former = dataclasses.replace(request, protocol="protocols.renewal", network="networks.amygdala")
    assert foreign_code(request) == foreign_code(former) == []
    assert Request.from_info({"request": dataclasses.asdict(former)}) == request
    spec = importlib.machinery.ModuleSpec("networks", None, origin="elsewhere/networks/__init__.py")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: spec)
    assert len(foreign_code(request)) == 2


def test_a_trusted_run_goes_on_and_a_report_without_trust_is_made_of_data(engrams, run):
    (run.path / "seed_0002/metrics.json").unlink()
    assert engrams("run", "--resume", "run", "--trust").exit_code == 0
    rates = (run.path / "figures/rates.png").read_bytes()
    changed(run.path / "summary.json", lambda summary: summary["phenomena"][0].update(value="<b>as stored"))
    assert engrams("report", "run").exit_code == 0
    page = (run.path / "report.html").read_text()
    assert "not recomputed" in page and "&lt;b&gt;as stored" in page
    assert (run.path / "figures/rates.png").read_bytes() == rates
    assert engrams("report", "run", "--trust").exit_code == 0
    page = (run.path / "report.html").read_text()
    assert "not recomputed" not in page and "as stored" not in page


def test_checks_of_other_seeds_or_of_a_damaged_summary_are_not_shown(run):
    (run.seed(2).metrics_path).unlink()
    with pytest.warns(EngramWarning, match="no checks: those stored are for seeds 1, 2"):
        restate(RunFolder(run.path))
    assert RunFolder(run.path).summary["phenomena"] == []
    (run.path / "summary.json").write_text("{}")
    with pytest.warns(EngramWarning, match="no checks: .*summary.json"):
        restate(RunFolder(run.path))
    assert "there are no checks" in (run.path / "report.html").read_text()


def test_protocols_that_the_user_names_are_trusted_and_others_of_the_folder_not(engrams, toy_path, tmp_path):
    """A run in the folder may name another file of the same name."""
    (tmp_path / "a.py").write_text(toy_path.read_text())
    (tmp_path / "other").mkdir()
    (tmp_path / "other/a.py").write_text(f"open({str(tmp_path / 'executed')!r}, 'w')\n")
    assert engrams("run", "a.py", "--target", "runtime", "--out", "all/a").exit_code == 0
    other = str(tmp_path / "other/a.py")
    changed(tmp_path / "all/a/run.json", lambda info: info["request"].update(protocol=other))
    refused(engrams("reproduce", "a.py", "--resume", "all"), "other/a.py", "engrams reproduce --resume all --trust")
    assert not (tmp_path / "executed").exists()


# Paths


@pytest.mark.parametrize("name", ["../../x", "/x/y", "..", ".hidden", "a/b", ""])
def test_names_of_a_reproduction_are_no_paths(toy_request, tmp_path, name):
    """S3: the folder of such a name was made, and run into."""
    import dataclasses

    base = tmp_path / "rep"
    requests = {name: dataclasses.asdict(toy_request)}
    write_json_atomic(base / "reproduction.json", {"format_version": 1, "requests": requests}, seal=True)
    with pytest.raises(RunFolderError, match="reproduction.json is damaged.*a name in requests"):
        gathering.requests([], RunOptions(), base, True, True)


@pytest.mark.parametrize(
    "name",
    [".lock", "summary.json", "report.html", "run.json", "figures", "figures/rates.svg", "figures/zz.png", "seed_0001",
     "seed_0001/metrics.json", "seed_0002/recordings", "seed_0002/states", "seed_0002/recordings/trial_00.h5",
     "controls.csv", "control_no-drive", "figures/captions.json"],
)  # fmt: skip
def test_links_are_neither_read_nor_written_through(run, tmp_path, name):
    """S2, S5: the target of .lock was emptied; images and other files were embedded, figures written elsewhere."""
    path, elsewhere = run.path / name, tmp_path / "elsewhere"
    if path.exists():
        shutil.move(path, elsewhere)
    elif "control_" in name:
        elsewhere.mkdir()
    else:
        elsewhere.write_text("secret")
    path.symlink_to(elsewhere)
    files = [elsewhere] if elsewhere.is_file() else [each for each in elsewhere.rglob("*") if each.is_file()]
    before, names = {each: each.read_bytes() for each in files}, sorted(elsewhere.rglob("*"))
    for use in (lambda: resume(run.path, trust=True), lambda: restate(run), lambda: report_html(run)):
        with pytest.raises(RunFolderError, match=f"{re.escape(str(path))}' is a link"):
            use()
    after = {each: each.read_bytes() for each in files}
    assert after == before and sorted(elsewhere.rglob("*")) == names


def test_a_run_folder_may_be_reached_through_a_link(run, tmp_path):
    (tmp_path / "short").symlink_to(run.path)
    restate(RunFolder(tmp_path / "short"))


def test_a_run_of_a_reproduction_is_no_link(run, tmp_path):
    (tmp_path / "all").mkdir()
    (tmp_path / "all/toy").symlink_to(run.path)
    with pytest.raises(RunFolderError, match="all/toy' is a link"):
        gathering.requests([], RunOptions(n_seeds=10), tmp_path / "all", True, True)


@pytest.mark.parametrize("name", ["../../secret", "../secret", "/etc/secret", ".secret", "a\\b", "a\nb"])
def test_names_of_figures_are_no_paths(run, tmp_path, name):
    (tmp_path / "secret.png").write_bytes(b"secret")
    (run.path / "secret.png").write_bytes(b"secret")
    (run.path / "figures/captions.json").write_text(json.dumps({name: "x"}))
    with pytest.warns(EngramWarning, match="captions"):
        assert "c2VjcmV0" not in report_html(run)
    with pytest.raises(EngramError, match="is not a file name"):
        save_all(run.path / "figures", {name: None})


@pytest.mark.parametrize("where", ["controls", "control"])
def test_names_of_controls_are_no_paths(run, where):
    value = ["../../x"] if where == "controls" else "../../x"
    changed(run.path / "run.json", lambda info: info["request"].update({where: value}))
    with pytest.raises(RunFolderError, match=f"request.{where} is"):
        run.info  # noqa: B018


# HDF5


def as_state(path, fill):
    State({"a": np.arange(3.0)}).save(path)
    with h5py.File(path, "r+") as file:
        del file["values/a"]
        fill(file["values"])
    return path


def external(group):
    space = h5py.h5s.create_simple((3,))
    plan = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plan.set_external(b"secret", 0, 24)
    h5py.h5d.create(group.id, b"a", h5py.h5t.IEEE_F64LE, space, plan)


def virtual(group):
    layout = h5py.VirtualLayout((3,), "f8")
    layout[:] = h5py.VirtualSource("other.h5", "a", (3,))
    group.create_virtual_dataset("a", layout)


FOREIGN = {
    "external link": lambda group: group.__setitem__("a", h5py.ExternalLink("other.h5", "/a")),
    "soft link": lambda group: group.__setitem__("a", h5py.SoftLink("/values")),
    "link to nothing": lambda group: group.__setitem__("a", h5py.SoftLink("/nothing")),
    "link to metadata": lambda group: group.__setitem__("a", h5py.SoftLink("/metadata")),
    "group": lambda group: group.create_group("a"),
    "ring": lambda group: group.__setitem__("a", group.file["/"]),
    "the same twice": lambda group: group.__setitem__("b", group.create_dataset("a", data=np.arange(3.0))),
    "external data": external,
    "virtual": virtual,
    "huge": lambda group: group.create_dataset("a", (10**13,), "f8"),
    "huge and packed": lambda group: group.create_dataset("a", (10**10,), "f8", chunks=(1024,), compression="lzf"),
    "bomb": lambda group: group.create_dataset("a", data=np.zeros(10**6), compression="gzip", compression_opts=9),
    "resizable": lambda group: group.create_dataset("a", data=np.zeros(3), maxshape=(None,)),
    "references": lambda group: group.create_dataset("a", data=group.ref, dtype=h5py.ref_dtype),
    "records": lambda group: group.create_dataset("a", data=np.zeros(3, [("x", "f8"), ("y", "i4")])),
    "lists": lambda group: group.create_dataset("a", (2,), h5py.vlen_dtype("f8")),
    "names": lambda group: group.create_dataset("a", data=np.zeros(3, "i1"), dtype=h5py.enum_dtype({"x": 0})),
    "texts": lambda group: group.create_dataset("a", data=["x", "y"]),
    "a type": lambda group: group.__setitem__("a", np.dtype("f8")),
    "null": lambda group: group.create_dataset("a", data=h5py.Empty("f8")),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_foreign_hdf5_is_refused_before_it_is_read(tmp_path, kind, monkeypatch):
    """S4: external links and raw storage delivered bytes of other files; declared sizes were allocated."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "secret").write_bytes(b"TOP SECRET" * 10)
    with h5py.File("other.h5", "w") as other:
        other["a"] = np.arange(3.0)
    path = as_state(tmp_path / "foreign.h5", FOREIGN[kind])
    with pytest.raises(StateError, match="foreign.h5") as problem:
        State.load(path)
    assert "remove it" in str(problem.value)


def test_own_files_of_every_kind_pass(tmp_path):
    values = {"bool": np.array([True, False]), "complex": np.array([1j]), "scalar": np.float32(2), "empty": np.zeros(0)}
    values |= {"none": np.zeros((0, 3)), "big": np.zeros(300_000), "half": np.zeros(3, np.float16), "u": np.uint8(3)}
    for compress in (False, True):
        State(values).save(tmp_path / "s.h5", compress)
        assert State.load(tmp_path / "s.h5").equals(State(values))


@pytest.mark.parametrize(
    ("name", "value"),
    [("seed", "x"), ("seed", [1]), ("parameters", 5), ("history", "abc"), ("history", [5]), ("units", {"a": 5}),
     ("time", None), ("time", "x"), ("circuit_digest", 5), ("new", 5), ("seed", DELETE)],
)  # fmt: skip
def test_metadata_of_other_types_are_refused(tmp_path, name, value):
    path = tmp_path / "s.h5"
    State({"a": np.arange(3.0)}).save(path)
    with h5py.File(path, "r+") as file:
        data = json.loads(file["metadata"].asstr()[()])
        data.pop(name, None) if value is DELETE else data.update({name: value})
        del file["metadata"]
        file.create_dataset("metadata", data=json.dumps(data), dtype=h5py.string_dtype())
    with pytest.raises(StateError, match=r"s\.h5"):
        State.load(path)


@pytest.mark.parametrize("name", ["sizes", "dt", "duration", "label", "meta", "units", "trace_step"])
def test_odd_metadata_of_recordings_are_refused(tmp_path, name):
    path = tmp_path / "r.h5"
    for value in ODD:
        Recording({"A": ([1], [0])}, {}, 0.0, {}, {"A": 3}, 1e-3, 1.0).save(path)
        with h5py.File(path, "r+") as file:
            data = json.loads(file["metadata"].asstr()[()]) | {name: value}
            del file["metadata"], file.attrs["digest"]
            file.create_dataset("metadata", data=json.dumps(data), dtype=h5py.string_dtype())
        try:
            Recording.load(path).meta.get("memo")
        except RunFolderError as problem:
            assert "r.h5" in str(problem)


# JSON


def test_targets_of_requests_are_those_of_the_library():
    assert formats.TARGETS == TARGETS


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"seeds": [1, 1, 2]}, "request.seeds is [1, 1, 2]; expected a list of at most 100,000 distinct"),
        ({"seeds": [1.5]}, "request.seeds"),
        ({"seeds": [True]}, "request.seeds"),
        ({"seeds": []}, "request.seeds"),
        ({"seeds": "abc"}, "request.seeds"),
        ({"seeds": [10**30]}, "request.seeds"),
        ({"threads": -1}, "request.threads is -1; expected a whole number >= 1"),
        ({"threads": True}, "request.threads"),
        ({"protocol": 5}, "request.protocol is 5; expected a text"),
        ({"protocol": ""}, "request.protocol"),
        ({"network": None}, "request.network"),
        ({"options": []}, "request.options"),
        ({"options": ""}, "request.options"),
        ({"manipulations": [5]}, "request.manipulations[0] is 5; expected a text"),
        ({"manipulations": "x"}, "request.manipulations"),
        ({"target": "gpu"}, "request.target is 'gpu'; expected one of 'auto'"),
        ({"neuron": 5}, "request.neuron"),
    ],
)
def test_a_request_that_cannot_be_is_refused_by_its_field(run, change, says):
    changed(run.path / "run.json", lambda info: info["request"].update(change))
    with pytest.raises(RunFolderError) as problem:
        resume(run.path, trust=True)
    assert says in str(problem.value) and str(run.path / "run.json") in str(problem.value)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"5", b"null", b"\xff\xfe{}", b"[" * 200_000, b'{"a":' * 100_000, b'{"format_version": NaN}',
     b'{"format_version": 1e999}', b'{"format_version": ' + b"9" * 5000 + b"}", b'{"format_version": "1"}',
     b'{"format_version": true}', b'{"format_version": 1, "request": "\\ud800"}', b'{"format_version": 2}'],
)  # fmt: skip
@pytest.mark.parametrize("name", ["run.json", "summary.json", "seed_0001/metrics.json", "reproduction.json"])
def test_files_that_are_no_data_of_ours_are_one_sentence(run, name, content):
    (run.path / name).write_bytes(content)
    uses = {"run.json": lambda: run.info, "summary.json": lambda: run.summary}
    uses |= {"seed_0001/metrics.json": lambda: run.seed(1).metrics()}
    use = uses.get(name, lambda: gathering.requests([], RunOptions(n_seeds=10), run.path, True, True))
    with pytest.raises(RunFolderError, match=re.escape(name)) as problem:
        use()
    assert len(str(problem.value)) < 1000


def test_a_byte_order_mark_is_no_damage(run):
    path = run.path / "run.json"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert run.info["protocol"] == "toy"


def fields(data, place=()):
    """Yield the places of all values of JSON data, of lists the first only."""
    yield place
    items = data.items() if isinstance(data, dict) else enumerate(data[:1]) if isinstance(data, list) else ()
    for name, value in items:
        yield from fields(value, (*place, name))


def put(data, place, value):
    data = copy.deepcopy(data)
    inner = data
    for name in place[:-1]:
        inner = inner[name]
    if value is DELETE:
        del inner[place[-1]]
    else:
        inner[place[-1]] = value
    return data


def use(path):
    """Do with a run folder what needs no simulation."""
    folder = RunFolder(path)
    Request.from_info(folder.info)
    assert folder.seeds and folder.options is not None
    assert [*folder.curves.values(), *folder.arrays.values()]
    folder.seed(1).engrams()
    restate(folder)
    report_html(folder, "note")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(ODD),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.filterwarnings("ignore::spiking_engrams.errors.EngramWarning", "ignore::RuntimeWarning")
@pytest.mark.parametrize("name", ["run.json", "summary.json", "seed_0001/metrics.json", "figures/captions.json"])
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(data=st.data())
def test_any_value_anywhere_is_used_or_refused(toy_run, tmp_path_factory, name, data):
    path = tmp_path_factory.getbasetemp() / "any"
    if not path.exists():
        shutil.copytree(toy_run.path, path)
    whole = read_json(toy_run.path / name)
    whole.pop("digest")
    place = data.draw(st.sampled_from([each for each in fields(whole) if each]))
    value = data.draw(st.just(DELETE) | JSON)
    (path / name).write_text(json.dumps(put(whole, place, value)))
    try:
        use(path)
    except EngramError as problem:
        assert len(str(problem)) < 1500
    finally:
        for each in ("run.json", "summary.json", "seed_0001/metrics.json", "figures/captions.json"):
            shutil.copy(toy_run.path / each, path / each)


# Pages


BAD = "<script>alert(1)</script>\"'>&"


def test_nothing_in_a_report_is_markup_of_the_folder(run):
    """S6: `unasked` stood unescaped in the page."""

    def everywhere(data):
        if isinstance(data, dict):
            return {
                f"{name}{BAD}" if name in ("last_rate", "rate") else name: everywhere(v)
                for name, v in data.items()
                if name not in ("metric", "conditions")  # which say what the key says, or are refused
            }
        return [everywhere(each) for each in data] if isinstance(data, list) else BAD if isinstance(data, str) else data

    for name in ("run.json", "summary.json", "seed_0001/metrics.json"):
        data = read_json(run.path / name)
        data.pop("digest")
        kept = {"request": data["request"]} if name == "run.json" else {}
        data = everywhere(data) | kept
        for row in data.get("phenomena", []):
            row["unasked"] = ""
        for phase in data.get("phases", []):
            phase["label"] = "x"
        (run.path / name).write_text(json.dumps(data))
    (run.path / "figures/captions.json").write_text(json.dumps({"rates": BAD}))
    (run.path / "controls.csv").write_text(f"{BAD}\n{BAD}\n")
    page = report_html(RunFolder(run.path), BAD)
    assert page.count("&lt;script&gt;") > 30 and "<script" not in page and "'>&" not in page
    row = Row("R", "c", "s", "r", "v", "m", "k", None, unasked=BAD)
    assert "<script" not in as_html([row]) and 'class="verdict "' in as_html([row])


def test_a_verdict_of_the_folder_is_one_of_ours(run):
    changed(run.path / "summary.json", lambda summary: summary["phenomena"][0].update(unasked=BAD))
    with pytest.raises(RunFolderError, match=r"phenomena\[0\].unasked"):
        run.summary  # noqa: B018


def test_images_that_are_too_large_are_left_out_of_a_report(run):
    with (run.path / "figures" / "huge.png").open("wb") as file:
        file.truncate(3 * 10**9)
    with pytest.warns(EngramWarning, match="huge.png', which is larger than 50 MB"):
        assert "huge" not in report_html(run)


def test_control_characters_of_a_folder_reach_no_terminal(engrams, run):
    info = json.loads((run.path / "run.json").read_text())
    info |= {"headline": ["named: \x1b]0;all\x07"], "request": info["request"] | {"neuron": "\x1b[2Jx.py:M"}}
    (run.path / "run.json").write_text(json.dumps(info))
    for arguments in (("report", run.path), ("run", "--resume", run.path), ("report", run.path, "--trust")):
        done = engrams(*arguments)
        assert not {"\x1b", "\x07"} & {*(done.stdout + done.stderr)}, arguments


def test_a_report_loads_nothing(run):
    (run.path / "figures/rates.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>')
    page = report_html(run)
    assert "default-src 'none'; img-src data:; style-src 'unsafe-inline'" in page and "onload" not in page
    assert all(url.startswith("data:image/") for url in re.findall(r'src="([^"]*)"', page))
    assert not re.search(r"<(object|iframe|embed|link|svg)", page)
