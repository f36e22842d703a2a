"""run.py and packaging/setup: everything that needs no network and no compiler."""

from __future__ import annotations

import os
import shlex
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import run
from setup import checks, console, engine, environment, install, requirements, stamp, system
from setup.console import Log, SetupError, Step

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with a blank in its name that looks like a checkout with an environment."""
    root = tmp_path / "my apps" / "desk llm"
    for name in stamp.SOURCES:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes((ROOT / name).read_bytes())
    python = Path(stamp.venv_python(str(root)))
    python.parent.mkdir(parents=True)
    python.write_text("binary")
    (root / ".venv" / "pyvenv.cfg").write_text(f"home = {tmp_path}\nversion = 3.11.2\n")
    return root


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    """A log with a lock to hand to children."""
    with (tmp_path / "lock").open("w") as lock:
        yield Log(tmp_path / "setup.log", lock.fileno())


class TestArguments:
    @pytest.mark.parametrize(
        ("arguments", "variable", "remembered", "gpu", "rest"),
        [
            ([], "", "cpu", "cpu", []),
            ([], "", "cuda", "cuda", []),
            ([], "cpu", "cuda", "cpu", []),
            (["chat"], "vulkan", "cpu", "vulkan", ["chat"]),
            (["--gpu", "rocm", "test"], "", "cpu", "rocm", ["test"]),
            (["--gpu=cuda"], "vulkan", "cpu", "cuda", []),
            (["chat", "--gpu", "x"], "", "cpu", "cpu", ["chat", "--gpu", "x"]),
        ],
    )
    def test_gpu(
        self, arguments: list[str], variable: str, remembered: str, gpu: str, rest: list[str]
    ) -> None:
        assert run.choose_gpu(arguments, variable, remembered) == (gpu, rest)

    @pytest.mark.parametrize("arguments", [["--gpu", "cudda"], ["--gpu"], ["--gpu="]])
    def test_unknown_gpu_is_named(self, arguments: list[str]) -> None:
        with pytest.raises(run.UsageError, match="cpu, cuda, vulkan, rocm"):
            run.choose_gpu(arguments, "", "cpu")

    @pytest.mark.parametrize(
        "arguments",
        [
            [],
            ["demo"],
            ["chat", "--prompt", "hi"],
            ["--profile", "DIR"],
            ["self-test"],
            ["--version"],
        ],
    )
    def test_app_gets_its_arguments_unchanged(self, arguments: list[str]) -> None:
        assert run.command("py", arguments) == ["py", "-P", "-m", "desk_llm", *arguments]

    def test_pytest_gets_the_rest(self) -> None:
        words = run.command("py", ["test", "-k", "engine"])
        assert words == ["py", "-m", "pytest", "-k", "engine"]

    def test_check(self) -> None:
        (script,) = run.command("py", ["check"])[1:]
        assert Path(script).is_file()


class TestStamp:
    def test_a_complete_setup_is_ready(self, checkout: Path) -> None:
        root = str(checkout)
        assert not stamp.is_ready(root, "cpu")
        stamp.write(root, stamp.fingerprint(root, "cpu"), "cpu")
        assert stamp.is_ready(root, "cpu")
        assert stamp.read(root)[1] == "cpu"
        assert not stamp.is_ready(root, "cuda")

    @pytest.mark.parametrize("name", stamp.SOURCES)
    def test_every_source_counts(self, checkout: Path, name: str) -> None:
        before = stamp.fingerprint(str(checkout), "cpu")
        (checkout / name).write_text("changed")
        assert stamp.fingerprint(str(checkout), "cpu") != before

    def test_another_python_counts(self, checkout: Path) -> None:
        before = stamp.fingerprint(str(checkout), "cpu")
        Path(stamp.venv_python(str(checkout))).write_text("a newer binary")
        assert stamp.fingerprint(str(checkout), "cpu") != before

    def test_another_processor_counts(
        self, checkout: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = stamp.fingerprint(str(checkout), "cpu")
        monkeypatch.setattr(stamp, "cpu", lambda: "sse2")
        assert stamp.fingerprint(str(checkout), "cpu") != before

    def test_a_moved_checkout_counts(self, checkout: Path) -> None:
        root = str(checkout)
        stamp.write(root, stamp.fingerprint(root, "cpu"), "cpu")
        moved = checkout.rename(checkout.with_name("elsewhere"))
        assert not stamp.is_ready(str(moved), "cpu")

    @pytest.mark.parametrize("gone", ["pyvenv.cfg", "python", "home"])
    def test_a_broken_environment_is_never_ready(self, checkout: Path, gone: str) -> None:
        root = str(checkout)
        stamp.write(root, stamp.fingerprint(root, "cpu"), "cpu")
        if gone == "home":
            (checkout / ".venv" / "pyvenv.cfg").write_text("home = /no/such/place\n")
        elif gone == "python":
            Path(stamp.venv_python(root)).unlink()
        else:
            (checkout / ".venv" / gone).unlink()
        assert stamp.fingerprint(root, "cpu") == ""
        assert not stamp.is_ready(root, "cpu")

    @pytest.mark.parametrize("mark", [stamp.CHANGING, stamp.INCOMPLETE])
    def test_an_unfinished_setup_is_not_ready(self, checkout: Path, mark: str) -> None:
        stamp.write(str(checkout), mark, "cuda")
        assert not stamp.is_ready(str(checkout), "cuda")
        assert stamp.read(str(checkout)) == (mark, "cuda")

    def test_nonsense_in_the_stamp(self, checkout: Path) -> None:
        (checkout / ".venv" / "desk_llm.stamp").write_text("")
        assert stamp.read(str(checkout)) == ("", "cpu")


class TestEngineFlags:
    SLIM = Path("/my apps/desk llm/packaging/slim.cmake")

    @pytest.mark.parametrize(
        ("gpu", "flag"),
        [("cuda", "-DGGML_CUDA=ON"), ("vulkan", "-DGGML_VULKAN=ON"), ("rocm", "-DGGML_HIP=ON")],
    )
    def test_gpu(self, gpu: str, flag: str) -> None:
        assert flag in engine.cmake_flags(gpu, self.SLIM, None)
        assert flag not in engine.cmake_flags("cpu", self.SLIM, None)

    def test_every_gpu_of_run_py_has_flags(self) -> None:
        assert set(engine.GPU_FLAGS) == set(run.GPUS)

    @pytest.mark.parametrize(
        ("gcc", "is_old"), [(12, True), (13, True), (14, False), (None, False)]
    )
    def test_only_old_gcc_keeps_dead_stores(self, gcc: int | None, is_old: bool) -> None:
        assert (engine.KEEP_TILE_STORES in engine.cmake_flags("cpu", self.SLIM, gcc)) is is_old

    def test_blanks_survive_the_way_through_cmake_args(self) -> None:
        flags = engine.cmake_flags("cpu", self.SLIM, 12)
        words = shlex.split(shlex.join(flags))  # scikit-build-core splits like a shell
        assert f"-DCMAKE_PROJECT_INCLUDE={self.SLIM.as_posix()}" in words
        assert "-DCMAKE_CXX_FLAGS=-fno-tree-dse -fno-dse" in words

    @pytest.mark.skipif(os.name == "nt", reason="the stand-in compiler is a shell script")
    @pytest.mark.parametrize(
        ("macros", "version"),
        [
            ("#define __GNUC__ 12\n#define __x86_64__ 1\n#define lonely", 12),
            ("#define __GNUC__ 4\n#define __clang__ 1", None),
            ("", None),
        ],
    )
    def test_gcc_version(self, tmp_path: Path, macros: str, version: int | None) -> None:
        compiler = tmp_path / "cxx"
        compiler.write_text(f"#!/bin/sh\ncat <<'X'\n{macros}\nX\n")
        compiler.chmod(0o755)
        assert engine.gcc_version({"CXX": str(compiler)}) == version

    def test_a_missing_gpu_compiler_is_named_with_the_next_step(self) -> None:
        with pytest.raises(SetupError, match=r"GPU=vulkan needs glslc.*apt-get install glslc"):
            engine.gpu_tool("vulkan", find=lambda _name: None)

    def test_a_gpu_compiler_beside_path_is_found(self) -> None:
        def find(name: str) -> str | None:
            return name if name.startswith("/usr/local/cuda") else None

        assert engine.gpu_tool("cuda", find) == "/usr/local/cuda/bin/nvcc"

    def test_cpu_needs_no_tool(self) -> None:
        assert engine.gpu_tool("cpu", find=lambda _name: None) == ""


class TestEngineStore:
    def test_key_tells_builds_apart(self, checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        keys = {engine.key(checkout, "llama==1", "cpu", "")}
        keys.add(engine.key(checkout, "llama==2", "cpu", ""))
        keys.add(engine.key(checkout, "llama==1", "cuda", ""))
        keys.add(engine.key(checkout, "llama==1", "cpu", "-DGGML_BLAS=ON"))
        (checkout / "packaging" / "slim.cmake").write_text("# another")
        keys.add(engine.key(checkout, "llama==1", "cpu", ""))
        monkeypatch.setattr(stamp, "cpu", lambda: "sse2")
        keys.add(engine.key(checkout, "llama==1", "cpu", ""))
        assert len(keys) == 6

    def test_key_does_not_depend_on_the_place(self, checkout: Path) -> None:
        before = engine.key(checkout, "llama==1", "cpu", "")
        moved = checkout.rename(checkout.with_name("elsewhere"))
        assert engine.key(moved, "llama==1", "cpu", "") == before

    def test_keeps_the_latest(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(engine, "store", lambda: tmp_path / "store")
        for number in range(engine.KEEP + 2):
            wheel = tmp_path / "llama-1.whl"
            wheel.write_bytes(b"wheel")
            assert engine.keep(wheel, f"key{number}") == engine.stored(f"key{number}")
            assert not wheel.exists()
            os.utime(tmp_path / "store" / f"key{number}", (number, number))
        assert engine.stored("key0") is None
        kept = engine.stored(f"key{engine.KEEP + 1}")
        assert kept is not None
        assert kept.read_bytes() == b"wheel"

    def test_a_store_that_cannot_be_written_is_no_harm(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "file").touch()
        monkeypatch.setattr(engine, "store", lambda: tmp_path / "file" / "store")
        assert engine.keep(tmp_path / "file", "key") == tmp_path / "file"
        assert engine.stored("key") is None


class TestSystem:
    def test_nothing_is_missing(self) -> None:
        yes = [lambda: True] * 3
        assert system.missing_packages(lambda _library: True, *yes) == []

    def test_a_bare_machine_lacks_all(self) -> None:
        no = [lambda: False] * 3
        missing = system.missing_packages(lambda _library: False, *no)
        assert {"libegl1", "libxcb-cursor0", "fonts-dejavu-core", "g++", "python3-pip"} < {*missing}

    def test_one_library(self) -> None:
        yes = [lambda: True] * 3
        missing = system.missing_packages(lambda library: library != "libEGL.so.1", *yes)
        assert missing == ["libegl1"]
        assert system.install_line(missing) == (
            "sudo apt-get update && sudo apt-get install -y --no-install-recommends libegl1"
        )

    @pytest.mark.parametrize(("is_root", "first"), [(True, "env"), (False, "sudo")])
    def test_apt(self, is_root: bool, first: str) -> None:
        update, get = system.apt_commands(["g++"], is_root)
        assert update[0] == get[0] == first
        assert update[-1] == "update"
        assert get[-4:] == ["install", "-y", "--no-install-recommends", "g++"]
        assert "DEBIAN_FRONTEND=noninteractive" in get

    def test_can_load(self) -> None:
        assert not system.can_load("libno-such-thing.so.7")


class TestProgress:
    @pytest.mark.parametrize(
        ("line", "percent"),
        [
            ("  [12/138] /usr/bin/g++ -c ggml.c", 8),
            ("[138/138] Linking", 100),
            ("[ 45%] Building CXX object", 45),
            ("  Running command Building wheel", None),
            ("x = a[1/2]", None),
        ],
    )
    def test_percent(self, line: str, percent: int | None) -> None:
        assert console.percent_in(line) == percent

    @pytest.mark.parametrize(
        ("line", "note"),
        [
            ("Collecting numpy==2.4.6 (from -r x)", "collecting numpy"),
            (
                "  Downloading https://host/a/pyside6_essentials-6.11.3-cp310.whl (84 MB)",
                "downloading pyside6_essentials",
            ),
            ("  Downloading ruff-0.17.6-py3-none-any.whl (11 MB)", "downloading ruff"),
            ("Installing collected packages: a, b", "installing"),
            ("Requirement already satisfied", None),
        ],
    )
    def test_note(self, line: str, note: str | None) -> None:
        assert console.note_in(line) == note

    @pytest.mark.parametrize(
        ("seconds", "text"),
        [(0.2, "0 s"), (59.4, "59 s"), (65, "1 min 05 s"), (600, "10 min 00 s")],
    )
    def test_duration(self, seconds: float, text: str) -> None:
        assert console.duration(seconds) == text

    def test_without_a_terminal_a_line_every_ten_seconds(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        now = 0.0
        with Step("Compiling", clock=lambda: now) as step:
            step.read("[1/2] x")
            for _ in range(25):
                now += 1
                step.refresh()
        assert capsys.readouterr().err.splitlines() == [
            "  Compiling …",
            "  Compiling … 50 % (10 s)",
            "  Compiling … 50 % (20 s)",
            "  Compiling: done in 25 s",
        ]


class TestLog:
    def test_keeps_what_a_program_prints(self, log: Log) -> None:
        with Step("Step") as step:
            log.run(step, [sys.executable, "-c", "print('[1/4] hello')"])
        assert "hello" in log.path.read_text()
        assert step.percent == 25

    def test_a_failure_shows_the_end_and_the_place_of_the_log(self, log: Log) -> None:
        code = "import sys\nfor n in range(90): print('line', n)\nsys.exit(3)"
        with pytest.raises(SetupError) as failure, Step("Step") as step:
            log.run(step, [sys.executable, "-c", code])
        assert "line 89" in str(failure.value)
        assert "line 59\n" not in str(failure.value)
        assert str(log.path) in str(failure.value)

    def test_a_stop_ends_the_program(self, log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupt() -> None:
            raise KeyboardInterrupt

        step = Step("Step")
        monkeypatch.setattr(step, "refresh", interrupt)
        with pytest.raises(KeyboardInterrupt):
            log.run(step, [sys.executable, "-c", "import time; time.sleep(60)"])


class TestRequirements:
    def test_the_engine_is_split_from_the_rest(self, tmp_path: Path) -> None:
        others, block = tmp_path / "others", tmp_path / "block"
        requirements.split(ROOT / "requirements.lock", others, block)
        assert block.read_text().startswith("llama-cpp-python==")
        assert block.read_text().count("--hash=") >= 1
        assert "llama-cpp-python==" not in others.read_text()
        assert others.read_text().count("\nnumpy==") == 2  # one for old Pythons, one for new

    def test_the_lock_is_in_step(self) -> None:
        project = (ROOT / "pyproject.toml").read_text()
        assert checks.lock_problems(project, (ROOT / "requirements.lock").read_text()) == []

    @pytest.mark.parametrize("lock", ["", "numpy==1.0 \\\n    --hash=sha256:00\n"])
    def test_a_lock_that_lags_is_noticed(self, lock: str) -> None:
        project = '[project]\ndependencies = ["numpy>=2"]\n[project.optional-dependencies]\n'
        assert len(checks.lock_problems(project, lock)) == 1


class TestSetUp:
    @pytest.fixture(autouse=True)
    def stand_ins(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
        """No network, no compiler: programs are only listed."""
        started: list[list[str]] = []
        monkeypatch.setattr(Log, "run", lambda _log, _step, words, env=None: started.append(words))
        monkeypatch.setattr(environment, "is_usable", lambda _python: True)
        monkeypatch.setattr(environment, "pip", lambda _python: ["pip"])
        monkeypatch.setattr(engine, "store", lambda: tmp_path / "store")
        monkeypatch.setattr(engine, "check", lambda *_: None)
        monkeypatch.setattr(engine, "build", lambda *_: tmp_path / "lock")
        monkeypatch.setattr(engine, "gpu_tool", lambda _gpu: "")
        monkeypatch.setattr(system, "install_missing", lambda _log: "")
        monkeypatch.setattr(system, "has_compiler", lambda: True)
        monkeypatch.setattr(signal, "signal", lambda *_: None)
        return started

    def test_leaves_a_stamp(self, checkout: Path, stand_ins: list[list[str]]) -> None:
        install.set_up(str(checkout), "cpu")
        assert stamp.is_ready(str(checkout), "cpu")
        assert [words[1] for words in stand_ins] == ["install"] * 3  # packages, engine, desk_llm

    def test_an_engine_that_fits_is_kept(self, checkout: Path, stand_ins: list[list[str]]) -> None:
        install.set_up(str(checkout), "cpu")
        (checkout / "pyproject.toml").write_text("# changed")
        stand_ins.clear()
        install.set_up(str(checkout), "cpu")
        assert not any("--force-reinstall" in words for words in stand_ins)

    def test_a_failing_gpu_build_leaves_the_engine_in_place(
        self, checkout: Path, stand_ins: list[list[str]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> Path:
            raise SetupError("nvcc fatal")

        install.set_up(str(checkout), "cpu")
        stand_ins.clear()
        monkeypatch.setattr(engine, "build", fail)
        with pytest.raises(SetupError, match=r"(?s)nvcc fatal.*still in place"):
            install.set_up(str(checkout), "cuda")
        assert stamp.is_ready(str(checkout), "cpu")
        assert stamp.read(str(checkout))[1] == "cpu"
        assert not any("--force-reinstall" in words for words in stand_ins)

    def test_the_gpu_is_remembered(self, checkout: Path) -> None:
        install.set_up(str(checkout), "cuda")
        assert run.choose_gpu([], "", stamp.read(str(checkout))[1]) == ("cuda", [])

    def test_a_killed_setup_starts_from_nothing(
        self, checkout: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        left_over = checkout / ".venv" / "half-written"
        left_over.touch()
        stamp.write(str(checkout), stamp.CHANGING, "cpu")
        monkeypatch.setattr(environment, "pip", lambda _python: pytest.fail("far enough"))
        with pytest.raises(pytest.fail.Exception):
            install.set_up(str(checkout), "cpu")
        assert not left_over.exists()

    def test_no_compiler_is_said_before_anything_is_installed(
        self, checkout: Path, stand_ins: list[list[str]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(system, "has_compiler", lambda: False)
        with pytest.raises(SetupError, match=r"C\+\+ compiler"):
            install.set_up(str(checkout), "cpu")
        assert stand_ins == []

    def test_only_one_at_a_time(self, tmp_path: Path) -> None:
        path = tmp_path / "lock"
        with install.only_one(path), path.open("w") as other:
            assert not install.try_lock(other.fileno())
        with install.only_one(path):
            pass


def test_a_python_that_is_too_new_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "NEWEST", (3, 10))
    with pytest.raises(SetupError, match="desk_llm needs Python"):
        environment.require_python()
