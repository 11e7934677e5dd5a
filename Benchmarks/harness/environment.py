"""What the benchmarks run in: the peers' Python environment, the C compiler, the machine."""

import os
import platform
import shutil
import subprocess
import sys

FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
ENVIRONMENT = os.path.join(FOLDER, ".venv")
PYTHON = os.path.join(ENVIRONMENT, "bin", "python")
PACKAGES = ["jax", "casadi", "torch"]


def prepare_peers(log):
    """Makes the environment and installs what is missing; a peer that can not be had is absent."""
    if not os.path.exists(PYTHON):
        log(f"making {ENVIRONMENT}")
        if run([sys.executable, "-m", "venv", ENVIRONMENT]) != 0:
            log("no Python environment can be made here (python3-venv?): all peers are absent")
            return
    for package in ["numpy"] + PACKAGES:
        if has(package):
            continue
        log(f"installing {package}")
        install = [PYTHON, "-m", "pip", "install", "-q", "--disable-pip-version-check", package]
        # PyTorch's own index has builds without CUDA, which are a tenth of the size.
        index = ["--retries", "0", "--index-url", "https://download.pytorch.org/whl/cpu"]
        if package != "torch" or platform.system() == "Darwin" or run(install + index) != 0:
            run(install)


def run(command):
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, stdout=sys.stderr, stderr=sys.stderr).returncode


def has(package):
    """Whether the environment has a package that can be imported."""
    return os.path.exists(PYTHON) and subprocess.run(
        [PYTHON, "-c", f"import {package}"], stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def compile_c(folder):
    """The C yardstick, built into a folder; None where there is no compiler."""
    compiler = shutil.which(os.environ.get("CC", "cc"))
    program = os.path.join(folder, "rosenbrock")
    source = os.path.join(FOLDER, "peers", "rosenbrock.c")
    if compiler and run([compiler, "-O2", "-o", program, source, "-lm"]) == 0:
        return program
    return None


def last_core():
    """A core to pin to: the last this process may use, as the first is busier; None elsewhere."""
    if hasattr(os, "sched_getaffinity"):
        return max(os.sched_getaffinity(0))
    return None


def processor():
    """The processor's name and its widest vectors."""
    name, flags = platform.processor() or platform.machine(), ""
    try:
        with open("/proc/cpuinfo") as file:
            for line in file:
                key, _, value = line.partition(":")
                if key.strip() == "model name":
                    name = value.strip()
                if key.strip() == "flags":
                    flags = value
    except OSError:
        answer = shutil.which("sysctl") and subprocess.run(
            ["sysctl", "-n", "machdep.cpu.brand_string"], capture_output=True, text=True)
        if answer and answer.returncode == 0:
            name = answer.stdout.strip()
    vectors = "AVX-512" if "avx512f" in flags else "AVX2" if "avx2" in flags else ""
    return f"{name}, {vectors}" if vectors else name


def machine():
    """Lines that say where the numbers come from."""
    lines = [
        f"{processor()}, {os.cpu_count()} cores", f"{platform.system()} {platform.release()}"]
    for tool in ["swift", os.environ.get("CC", "cc")]:
        if shutil.which(tool):
            answer = subprocess.run([tool, "--version"], capture_output=True, text=True)
            lines += answer.stdout.splitlines()[:1]
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=FOLDER)
    if commit.returncode == 0:
        lines.append(f"commit {commit.stdout.strip()}")
    return lines
