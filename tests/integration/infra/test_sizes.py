"""A function that AWS would refuse for its size is refused at synthesis."""

from dataclasses import replace
from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_kms as kms

from infra_cdk.config import LOCAL, Architecture
from infra_cdk.constructs.packaging import BuiltAssets
from infra_cdk.constructs.python_function import FunctionKit, PythonFunction
from infra_cdk.constructs.python_layer import make_layers
from infra_cdk.constructs.sizes import MOST_BYTES, AssetsTooLarge, check_size


class Holes:
    """Assets that hold one file each, as long as it is told; a file of holes costs nothing."""

    def __init__(self, folder: Path, sizes: dict[str, int]) -> None:
        self._folder = folder
        self._sizes = sizes

    def layer(self, name: str, architecture: Architecture) -> Path:
        """Make the folder of a layer."""
        return self._made(f"{name}-{architecture}", self._sizes[name])

    def function(self, name: str) -> Path:
        """Make the folder of a function."""
        return self._made(name, self._sizes[name])

    def _made(self, name: str, size: int) -> Path:
        path = self._folder / name
        path.mkdir(exist_ok=True)
        with (path / "data.bin").open("wb") as data:
            data.truncate(size)
        return path


def _synthesize(assets: Holes) -> None:
    stack = cdk.Stack(cdk.App(), "Sizes")
    kit = FunctionKit(
        stage=replace(LOCAL, trace_enabled=False),
        assets=assets,
        layers=make_layers(stack, stage=LOCAL, assets=assets, names=("one", "two")),
        key=kms.Key(stack, "Key"),
        settings={},
    )
    PythonFunction(stack, "gateway", kit=kit, settings={})


def test_function_that_fits_with_its_layers_is_made(tmp_path: Path) -> None:
    _synthesize(Holes(tmp_path, {"gateway": 10, "one": 2_000_000, "two": 3_000_000}))


def test_function_too_large_with_its_layers_is_refused_with_the_numbers(tmp_path: Path) -> None:
    assets = Holes(tmp_path, {"gateway": 10, "one": 200_000_000, "two": 62_144_000})

    with pytest.raises(AssetsTooLarge, match=r"262,144,010 of 262,144,000 .*one-\w+ 200,000,000"):
        _synthesize(assets)


def test_limit_itself_is_allowed(tmp_path: Path) -> None:
    assets = Holes(tmp_path, {"gateway": 0, "one": MOST_BYTES})

    check_size("gateway", [assets.function("gateway"), assets.layer("one", "arm64")])


@pytest.mark.parametrize("name", ["guardrails", "ner"])
def test_large_layer_fits_beside_those_that_every_function_uses(name: str) -> None:
    built = BuiltAssets(Path("build"))
    beside = [built.layer(each, LOCAL.architecture) for each in ("domain", "adapters", "web")]

    check_size(name, [*beside, built.layer(name, LOCAL.architecture)])
