"""The edge of production, synthesized with one domain or another (or none)."""

import atexit
import json
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from infra_cdk.app import build_app
from support.synthesis import EmptyAssets, Resource

ZONE = "Z0123456789ABC"
GIVEN = "arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"
DOMAIN = {"domain": "api.example.com", "hosted_zone": ZONE}
TWO_REGIONS = {"regions": "us-east-1,eu-west-1"}
VARIANTS: dict[str, dict[str, str]] = {
    "none": {},
    "latency": {**DOMAIN, "routing": "latency"},
    "failover": {**DOMAIN, **TWO_REGIONS},
    "mutual_tls": {
        **DOMAIN,
        **TWO_REGIONS,
        "truststore": "s3://example-trust/authorities.pem",
        "certificates": GIVEN,
    },
}


@cache
def edge_folder(variant: str) -> Path:
    """Synthesize production with a variant of its edge; cdk-nag fails it on any finding."""
    folder = Path(tempfile.mkdtemp(prefix="ironcage-edge-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    context = {"stage": "prod", **VARIANTS[variant]}
    app = build_app(
        outdir=str(folder / "out"), context=context, assets=EmptyAssets(folder / "assets")
    )
    app.synth()
    return folder / "out"


def edge_stack(variant: str, part: str = "edge", region: str = "us-east-1") -> dict[str, Any]:
    """Read one stack's template."""
    path = edge_folder(variant) / f"ironcage-prod-{region}-{part}.template.json"
    template: dict[str, Any] = json.loads(path.read_text())
    return template


def made_by(template: dict[str, Any], kind: str) -> list[Resource]:
    """List the properties of the resources of one type."""
    found = [r for r in template["Resources"].values() if r["Type"] == kind]
    return [resource["Properties"] for resource in found]
