"""Where rule packs are kept: TOML files of this package, or folders of them."""

import importlib


def read_pack(name: str) -> str:
    """Read a rule pack by its name; one in a folder is all of its files, in alphabetical order."""
    resources = importlib.import_module("importlib.resources")  # only a cold start needs it
    rules = resources.files("ironcage.firewall").joinpath("rules")
    folder = rules.joinpath(name)
    if not folder.is_dir():
        text: str = rules.joinpath(f"{name}.toml").read_text("utf-8")
        return text
    files = sorted(folder.iterdir(), key=lambda file: file.name)
    return "\n".join(file.read_text("utf-8") for file in files)


def read_data(name: str) -> bytes:
    """Read a file of numbers that stands beside the rule packs."""
    resources = importlib.import_module("importlib.resources")  # only a cold start needs it
    data: bytes = resources.files("ironcage.firewall").joinpath("rules", name).read_bytes()
    return data
