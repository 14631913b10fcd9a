"""Alarms: what a person is woken for, each with an action."""

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra_cdk.constructs.python_function import METRICS_NAMESPACE

_MINUTE = cdk.Duration.minutes(1)


class AlarmTopic(sns.Topic):
    """Where the alarms of one stack go; subscribe people or a pager to it."""

    def __init__(self, scope: Construct, name: str, *, key: kms.IKey) -> None:
        super().__init__(scope, name, master_key=key, enforce_ssl=True)
        self._scope = scope
        # Any policy takes the place of the one that SNS would give: it must let the alarms in.
        self.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[self.topic_arn],
                conditions={"StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID}},
            )
        )
        cdk.CfnOutput(scope, f"{name}Arn", value=self.topic_arn, description="Alarms go here")

    def watch(
        self, name: str, metric: cloudwatch.IMetric, *, why: str, threshold: int = 1
    ) -> cloudwatch.Alarm:
        """Raise an alarm as soon as one minute reaches the threshold."""
        alarm = cloudwatch.Alarm(
            self._scope,
            name,
            metric=metric,
            threshold=threshold,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=why,
        )
        alarm.add_alarm_action(actions.SnsAction(self))
        return alarm

    def watch_dead_letters(self, name: str, queue: sqs.IQueue) -> cloudwatch.Alarm:
        """Raise an alarm for the first message that nobody could process."""
        depth = queue.metric_approximate_number_of_messages_visible(
            period=_MINUTE, statistic="Maximum"
        )
        return self.watch(name, depth, why="Messages wait in a dead-letter queue: redrive them.")


def our_metric(name: str, service: str) -> cloudwatch.Metric:
    """Name one of our own metrics, summed by the minute."""
    return cloudwatch.Metric(
        namespace=METRICS_NAMESPACE,
        metric_name=name,
        dimensions_map={"service": service},
        period=_MINUTE,
        statistic="Sum",
    )
