"""A refusal that nobody of ours wrote at run time, as each official SDK reads it."""

import anthropic
import httpx2
import openai


def openai_error(status: int, body: str) -> openai.APIStatusError:
    """Let the `openai` SDK read a refusal, and hand out what it raises."""
    http_client = openai.DefaultHttpxClient(transport=_answering(status, body))
    client = openai.OpenAI(
        api_key="none", base_url="http://none.test", max_retries=0, http_client=http_client
    )
    try:
        with client:
            client.chat.completions.create(model="m", messages=[])
    except openai.APIStatusError as error:
        return error
    raise AssertionError("no refusal")


def anthropic_error(status: int, body: str) -> anthropic.APIStatusError:
    """Let the `anthropic` SDK read a refusal, and hand out what it raises."""
    http_client = anthropic.DefaultHttpxClient(transport=_answering(status, body))
    client = anthropic.Anthropic(
        api_key="none", base_url="http://none.test", max_retries=0, http_client=http_client
    )
    try:
        with client:
            client.messages.create(model="m", max_tokens=1, messages=[])
    except anthropic.APIStatusError as error:
        return error
    raise AssertionError("no refusal")


def _answering(status: int, body: str) -> httpx2.MockTransport:
    headers = {"content-type": "application/json"}
    answer = httpx2.Response(status, text=body, headers=headers)
    return httpx2.MockTransport(lambda _: answer)
