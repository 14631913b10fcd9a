"""What `up` prints at the end: proof that it works, and four ways to call it."""

from infra_cdk.local.facts import Facts
from infra_cdk.local.request import Answer

_HEADERS = (
    ("cost", "x-ironcage-cost-usd"),
    ("budget left", "x-ironcage-budget-remaining-usd"),
    ("input verdict", "x-ironcage-input-verdict"),
    ("output verdict", "x-ironcage-output-verdict"),
    ("our overhead (ms)", "x-ironcage-overhead-ms"),
    ("request id", "x-request-id"),
)


def show_answer(answer: Answer) -> None:
    """Print one governed answer with what it cost and how it was judged."""
    print(f"  {'answer':18} {answer.status} {answer.text.strip()[:200]}")
    for title, header in _HEADERS:
        if value := answer.headers.get(header):
            print(f"  {title:18} {value}")


def show_facts(facts: Facts) -> None:
    """Print addresses, token and snippets to copy."""
    print("\nIron Cage runs on this machine.\n")
    for title, value in (
        ("OpenAI base URL", facts.openai_base_url),
        ("Anthropic base URL", facts.anthropic_base_url),
        ("IC token", facts.ic_token),
        ("Model", facts.model),
        ("Agent", f"{facts.agent_id} of {facts.tenant_id}"),
        *((f"In {other.region}", other.openai_base_url) for other in facts.regions[1:]),
        ("All of it", "build/local.json"),
    ):
        print(f"  {title:18} {value}")
    urls = {"url": facts.openai_base_url, "anthropic_url": facts.anthropic_base_url}
    print(_SNIPPETS.format(**urls, token=facts.ic_token, model=facts.model))


_SNIPPETS = """
curl:
  curl {url}/chat/completions -H 'Authorization: Bearer {token}' \\
    -H 'Content-Type: application/json' \\
    -d '{{"model": "{model}", "messages": [{{"role": "user", "content": "Hello"}}]}}'

Python, openai SDK:
  from openai import OpenAI
  client = OpenAI(base_url="{url}", api_key="{token}")
  print(client.chat.completions.create(
      model="{model}", messages=[{{"role": "user", "content": "Hello"}}]
  ).choices[0].message.content)

Python, openai SDK, streamed:
  for chunk in client.chat.completions.create(
      model="{model}", messages=[{{"role": "user", "content": "Hello"}}], stream=True
  ):
      print(chunk.choices[0].delta.content or "" if chunk.choices else "", end="")

Python, anthropic SDK:
  from anthropic import Anthropic
  client = Anthropic(base_url="{anthropic_url}", api_key="{token}")
  print(client.messages.create(
      model="{model}", max_tokens=64, messages=[{{"role": "user", "content": "Hello"}}]
  ).content[0].text)

Next: make demo shows the refusals, make provider adds a provider of yours, make down stops it.
"""
