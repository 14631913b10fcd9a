"""What a person can ask of the local cloud: up, down, status, provider, demo."""

from dataclasses import replace

from infra_cdk.config import LOCAL
from infra_cdk.constructs.layer_names import all_layer_names
from infra_cdk.constructs.packaging import BuiltAssets
from infra_cdk.local import invoke as invoking
from infra_cdk.local import server
from infra_cdk.local.cloud import LocalCloud, bootstrap, deploy
from infra_cdk.local.demo import run_demo
from infra_cdk.local.facts import (
    Facts,
    RegionFacts,
    facts_of,
    read_facts,
    region_of,
    write_facts,
)
from infra_cdk.local.progress import Progress
from infra_cdk.local.reconcile import reconcile
from infra_cdk.local.report import show_answer, show_facts
from infra_cdk.local.request import Answer, chat
from infra_cdk.local.seed import NewProvider, Operator, add_provider, seed, working_token
from infra_cdk.local.workspace import Trouble, Workspace

_PROMPT = "Say hello in one short sentence."
_OK = 200


def up(workspace: Workspace) -> None:
    """Bring the local cloud up to date, prove that it works, and print how to call it."""
    facts, answer = bring_up(workspace, Progress())
    print("\nOne governed request:\n")
    show_answer(answer)
    show_facts(facts)


def bring_up(workspace: Workspace, progress: Progress) -> tuple[Facts, Answer]:
    """Start, deploy, seed and try; safe to repeat."""
    workspace.home.mkdir(parents=True, exist_ok=True)
    cloud = LocalCloud(workspace)
    with progress.step(f"Starting the local cloud on 127.0.0.1:{workspace.port}"):
        if not server.ensure_running(workspace):
            progress.detail("it runs already: this is an update")
    with progress.step("Building the layers"):
        build_layers(workspace)
    with progress.step("Preparing it for the CDK"):
        bootstrap(workspace, progress)
    with progress.step(f"Deploying the app in {', '.join(LOCAL.regions)}"):
        deploy(workspace, progress)
        reconcile(workspace)
    with progress.step("Creating a tenant, an agent and its token"):
        facts = _seeded(cloud)
    with progress.step("Waking the firewalls"):
        cloud.wake_firewalls()
    with progress.step("Making one governed request"):
        answer = chat(facts, _PROMPT)
    if answer.status != _OK:
        raise Trouble(
            f"The first request was answered {answer.status} {answer.text!r}. "
            f"The functions' logs are in {workspace.data / 'log'} and in CloudWatch Logs."
        )
    return facts, answer


def build_layers(workspace: Workspace) -> None:
    """Build every layer here: a deployment sees neither our proxies nor our package index."""
    for name in all_layer_names():
        BuiltAssets(workspace.shared).layer(name, LOCAL.architecture)


def down(workspace: Workspace) -> None:
    """Stop the server that `up` started; its data stay."""
    if server.stop(workspace):
        print(f"Stopped. The data stay in {workspace.data}.")
        return
    print("Nothing of ours runs.")


def status(workspace: Workspace) -> None:
    """Print how to call the local cloud, if it runs."""
    show_facts(_running(workspace))


def provider(workspace: Workspace, new: NewProvider) -> None:
    """Add a provider that speaks OpenAI's or Anthropic's format to the seeded agent."""
    facts = _running(workspace)
    operator = Operator(LocalCloud(workspace), facts.control_function)
    providers = add_provider(operator, new, known=facts.providers)
    write_facts(workspace, replace(facts, providers=providers))
    print(f"{new.provider_id} serves {', '.join(new.models)} to {facts.agent_id}.")
    print("It acts within five seconds. Try it with the model name that you gave.")


def invoke(workspace: Workspace, function: str, event: str) -> None:
    """Run a handler on an event file, against the running local cloud."""
    text = invoking.read_event(function, event)
    facts = _running(workspace)
    cloud = LocalCloud(workspace)
    print(invoking.invoke(cloud, function, invoking.localised(text, facts)))


def demo(workspace: Workspace) -> None:
    """Show one governed request and four refusals."""
    facts = _running(workspace)
    if not run_demo(Operator(LocalCloud(workspace), facts.control_function), facts):
        raise Trouble("Not every scene went as promised.")


def _running(workspace: Workspace) -> Facts:
    facts = read_facts(workspace)
    if facts is None or server.running_pid(workspace) is None:
        raise Trouble("The local cloud does not run. Start it with: make up")
    return facts


def _seeded(cloud: LocalCloud) -> Facts:
    regions = [_deployed_in(LocalCloud(cloud.workspace, region)) for region in LOCAL.regions]
    facts = facts_of(cloud.workspace, regions=regions, model=LOCAL.bedrock_model)
    operator = Operator(cloud, facts.control_function)
    fresh, providers = seed(operator, known=facts.providers)
    token = working_token(operator, facts, fresh=fresh)
    facts = replace(facts, ic_token=token, providers=providers)
    write_facts(cloud.workspace, facts)
    return facts


def _deployed_in(cloud: LocalCloud) -> RegionFacts:
    return region_of(
        cloud.workspace,
        region=cloud.region,
        api_id=cloud.outputs(cloud.stack("gateway"))["ApiId"],
        control_function=cloud.outputs(cloud.stack("workers"))["ControlFunction"],
    )
