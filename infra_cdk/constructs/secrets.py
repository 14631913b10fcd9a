"""Secrets that the deployment itself creates, so that no person ever sees them.

`signing keys`: `{"current": "k1", "keys": {"k1": "<base64>"}}`. Secrets Manager generates plain
strings only, so one secret is generated and the other is written around it by a reference that
CloudFormation resolves inside the service. A redeploy does not touch the second one, because its
template text stays the same. Nothing rotates it yet: IC tokens do not expire, so a key cannot be
dropped before every token that it signed is issued anew.
"""

import json
import string
from collections.abc import Mapping
from dataclasses import dataclass

from aws_cdk import Aws, RemovalPolicy, SecretValue
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra_cdk.constructs.acknowledge import acknowledge

# 44 letters and digits are valid base64 of 33 bytes, of which 262 bits are random.
_KEY_LENGTH = 44
_ROTATION = {
    "SMG4": "Not rotated: IC tokens do not expire, so a schedule would kill every token in use. "
    "A stolen key alone forges nothing, since each token's hash is compared with its record."
}


@dataclass(frozen=True, slots=True)
class NamedSecret:
    """A secret as one region sees it: by a name that is the same in all of them."""

    secret_name: str
    region: str

    @property
    def secret_arn(self) -> str:
        """Spell its ARN for a policy: AWS ends it with six characters of its own choice."""
        account = Aws.ACCOUNT_ID
        return f"arn:aws:secretsmanager:{self.region}:{account}:secret:{self.secret_name}-??????"


@dataclass(frozen=True, slots=True)
class SecretHome:
    """How secrets are kept: the key of this region, and of each region with a replica."""

    key: kms.IKey
    removal: RemovalPolicy
    replica_keys: Mapping[str, str]

    def replicas(self, scope: Construct) -> list[secretsmanager.ReplicaRegion]:
        """Name the replicas of a secret, each under the key of its region."""
        return [
            secretsmanager.ReplicaRegion(
                region=region,
                encryption_key=kms.Key.from_key_arn(scope, f"KeyOf{region}", arn),
            )
            for region, arn in self.replica_keys.items()
        ]


def signing_keys(scope: Construct, home: SecretHome, *, name: str) -> secretsmanager.Secret:
    """Create the keys that sign IC tokens."""
    first = secretsmanager.Secret(
        scope,
        "FirstSigningKey",
        description="Iron Cage: the first key that signed IC tokens (see the signing keys)",
        encryption_key=home.key,
        generate_secret_string=_random_text(),
        removal_policy=home.removal,
    )
    reference = f"{{{{resolve:secretsmanager:{first.secret_arn}:SecretString}}}}"
    document = json.dumps({"current": "k1", "keys": {"k1": reference}})
    folder = Construct(scope, "Signing")
    secret = secretsmanager.Secret(
        scope,
        "SigningKeys",
        secret_name=name,
        description="Iron Cage: keys that sign and verify IC tokens",
        encryption_key=home.key,
        replica_regions=home.replicas(folder),
        # Not plain text: the template holds a reference to the generated secret.
        secret_string_value=SecretValue.unsafe_plain_text(document),
        removal_policy=home.removal,
    )
    for made in (first, secret):
        acknowledge(made, _ROTATION)
    return secret


def audit_hash_key(scope: Construct, home: SecretHome, *, name: str) -> secretsmanager.Secret:
    """Create the master key of the hashes in audit records: `{"key": "<base64>"}`."""
    secret = secretsmanager.Secret(
        scope,
        "AuditHashKey",
        secret_name=name,
        description="Iron Cage: master key of the hashes in audit records",
        encryption_key=home.key,
        replica_regions=home.replicas(Construct(scope, "AuditHash")),
        generate_secret_string=_random_text(template="{}", inside="key"),
        removal_policy=home.removal,
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
