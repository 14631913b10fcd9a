"""`python -m infra_cdk.local up|down|status|demo|provider|invoke`."""

import argparse
import sys

from infra_cdk.local import commands
from infra_cdk.local.seed import NewProvider
from infra_cdk.local.workspace import Trouble, Workspace, chosen_port, given_key

# Not an argument: those are readable by everybody on the machine.
PROVIDER_KEY = "IRONCAGE_PROVIDER_KEY"
_PLAIN = {
    "up": commands.up,
    "down": commands.down,
    "status": commands.status,
    "demo": commands.demo,
}


def main(words: list[str]) -> int:
    """Run one command; troubles are sentences, not stack traces."""
    told = _parser().parse_args(words)
    try:
        workspace = Workspace(port=chosen_port())
        if told.command == "provider":
            commands.provider(workspace, _provider(told))
        elif told.command == "invoke":
            commands.invoke(workspace, told.function, told.event)
        else:
            _PLAIN[told.command](workspace)
    except Trouble as trouble:
        print(f"\n{trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. Run the same command again to go on.", file=sys.stderr)
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra_cdk.local", description=__doc__)
    commands_ = parser.add_subparsers(dest="command", required=True)
    for name, command in _PLAIN.items():
        commands_.add_parser(name, help=command.__doc__)
    invoking = commands_.add_parser("invoke", help=commands.invoke.__doc__)
    invoking.add_argument("--function", required=True, help="a folder of functions/")
    invoking.add_argument("--event", required=True, help="a file of events/<function>/, no .json")
    adding = commands_.add_parser("provider", help=commands.provider.__doc__)
    adding.add_argument("--name", required=True)
    adding.add_argument("--url", required=True, help="such as http://127.0.0.1:11434/v1")
    adding.add_argument("--models", required=True, help="comma separated")
    adding.add_argument("--kind", default="openai", choices=("openai", "anthropic"))
    adding.add_argument("--price", default="0.15,0.60", help="USD per million tokens: in,out")
    return parser


def _provider(told: argparse.Namespace) -> NewProvider:
    models = [name for name in told.models.split(",") if name]
    try:
        price_in, price_out = (round(float(part) * 1_000_000) for part in told.price.split(","))
    except ValueError as exc:
        raise Trouble("--price takes two numbers, such as 0.15,0.60") from exc
    if not models:
        raise Trouble("--models takes at least one model name")
    return NewProvider(
        told.name,
        told.url,
        models,
        key=given_key(PROVIDER_KEY),
        price=(price_in, price_out),
        kind=told.kind,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
