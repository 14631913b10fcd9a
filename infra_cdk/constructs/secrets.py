"""Secrets that the deployment itself creates, so that no person ever sees them.

`signing keys`: `{"current": "k1", "keys": {"k1": "<base64>"}}`. Secrets Manager generates plain
strings only, so one secret is generated and the other is written around it by a reference that
CloudFormation resolves inside the service. A later rotation adds keys to the second one; a
redeploy does not touch it, because its template text stays the same.
"""

import json
import string

from aws_cdk import RemovalPolicy, SecretValue
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra_cdk.constructs.acknowledge import acknowledge

# 44 letters and digits are valid base64 of 33 bytes, of which 262 bits are random.
_KEY_LENGTH = 44
_ROTATION = {
    "SMG4": "Rotated by an operation of the control plane with 24 h overlap, not by a schedule."
}


def signing_keys(scope: Construct, key: kms.IKey, removal: RemovalPolicy) -> secretsmanager.Secret:
    """Create the keys that sign IC tokens."""
    first = secretsmanager.Secret(
        scope,
        "FirstSigningKey",
        description="Iron Cage: the first key that signed IC tokens (see the signing keys)",
        encryption_key=key,
        generate_secret_string=_random_text(),
        removal_policy=removal,
    )
    reference = f"{{{{resolve:secretsmanager:{first.secret_arn}:SecretString}}}}"
    document = json.dumps({"current": "k1", "keys": {"k1": reference}})
    secret = secretsmanager.Secret(
        scope,
        "SigningKeys",
        description="Iron Cage: keys that sign and verify IC tokens",
        encryption_key=key,
        # Not plain text: the template holds a reference to the generated secret.
        secret_string_value=SecretValue.unsafe_plain_text(document),
        removal_policy=removal,
    )
    for made in (first, secret):
        acknowledge(made, _ROTATION)
    return secret


def audit_hash_key(
    scope: Construct, key: kms.IKey, removal: RemovalPolicy
) -> secretsmanager.Secret:
    """Create the master key of the hashes in audit records: `{"key": "<base64>"}`."""
    secret = secretsmanager.Secret(
        scope,
        "AuditHashKey",
        description="Iron Cage: master key of the hashes in audit records",
        encryption_key=key,
        generate_secret_string=_random_text(template="{}", inside="key"),
        removal_policy=removal,
    )
    acknowledge(secret, {"SMG4": "A new key would make hashes of the same text incomparable."})
    return secret


def _random_text(
    *, template: str | None = None, inside: str | None = None
) -> secretsmanager.SecretStringGenerator:
    return secretsmanager.SecretStringGenerator(
        password_length=_KEY_LENGTH,
        # Both forms of one wish: MiniStack knows only the second.
        exclude_punctuation=True,
        exclude_characters=string.punctuation,
        include_space=False,
        secret_string_template=template,
        generate_string_key=inside,
    )
