"""Where rule packs are kept: TOML files of this package."""

import importlib


def read_pack(name: str) -> str:
    """Read a rule pack by its name."""
    resources = importlib.import_module("importlib.resources")  # only a cold start needs it
    text: str = (
        resources.files("ironcage.firewall").joinpath("rules", f"{name}.toml").read_text("utf-8")
    )
    return text


def read_data(name: str) -> bytes:
    """Read a file of numbers that stands beside the rule packs."""
    resources = importlib.import_module("importlib.resources")  # only a cold start needs it
    data: bytes = resources.files("ironcage.firewall").joinpath("rules", name).read_bytes()
    return data
