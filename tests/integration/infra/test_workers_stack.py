"""No record is lost in silence: queues have dead letters, dead letters have alarms."""

import json

from support.synthesis import synthesized


def test_every_consumed_queue_has_a_dead_letter_queue() -> None:
    synthesis = synthesized("prod")
    queues = synthesis.of_type("AWS::SQS::Queue")
    sources = synthesis.of_type("AWS::Lambda::EventSourceMapping").values()

    consumed = {s["Properties"]["EventSourceArn"]["Fn::GetAtt"][0] for s in sources}

    assert len(consumed) == 3
    for name in consumed:
        assert queues[name]["Properties"]["RedrivePolicy"]["maxReceiveCount"] == 5


def test_consumers_report_partial_failures() -> None:
    for source in synthesized("prod").of_type("AWS::Lambda::EventSourceMapping").values():
        assert source["Properties"]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_records_reach_both_queues_raw() -> None:
    subscriptions = synthesized("prod").of_type("AWS::SNS::Subscription").values()

    assert len(subscriptions) == 2
    assert all(s["Properties"]["RawMessageDelivery"] for s in subscriptions)


def test_spool_tells_its_queue_about_new_records() -> None:
    buckets = synthesized("prod").of_type("AWS::S3::Bucket", "-workers")

    (spool,) = buckets.values()
    (rule,) = spool["Properties"]["NotificationConfiguration"]["QueueConfigurations"]

    assert rule["Event"] == "s3:ObjectCreated:*"
    assert rule["Filter"]["S3Key"]["Rules"] == [{"Name": "prefix", "Value": "spool/"}]


def test_queues_and_topics_are_encrypted_and_refuse_plain_http() -> None:
    synthesis = synthesized("prod")
    queue_policies = json.dumps(synthesis.of_type("AWS::SQS::QueuePolicy"))
    topic_policies = json.dumps(synthesis.of_type("AWS::SNS::TopicPolicy"))

    for name, queue in synthesis.of_type("AWS::SQS::Queue").items():
        assert queue["Properties"]["KmsMasterKeyId"]
        assert name in queue_policies
    for name, topic in synthesis.of_type("AWS::SNS::Topic").items():
        assert topic["Properties"]["KmsMasterKeyId"]
        assert name in topic_policies


def test_every_alarm_has_an_action_and_a_reason() -> None:
    alarms = synthesized("prod").of_type("AWS::CloudWatch::Alarm")

    assert len(alarms) >= 9
    for alarm in alarms.values():
        assert alarm["Properties"]["AlarmActions"]
        assert alarm["Properties"]["AlarmDescription"]


def test_every_dead_letter_queue_has_an_alarm() -> None:
    synthesis = synthesized("prod")
    alarms = json.dumps(synthesis.of_type("AWS::CloudWatch::Alarm"))

    dead = [n for n in synthesis.of_type("AWS::SQS::Queue") if "DeadLetters" in n]

    assert len(dead) == 3
    assert all(name in alarms for name in dead)


def test_reaper_runs_every_minute() -> None:
    (rule,) = synthesized("prod").of_type("AWS::Events::Rule").values()

    assert rule["Properties"]["ScheduleExpression"] == "rate(1 minute)"


def test_alarms_may_reach_their_topic() -> None:
    policies = synthesized("prod").of_type("AWS::SNS::TopicPolicy")
    [alarms] = [policy for name, policy in policies.items() if name.startswith("AlarmsPolicy")]

    statements = alarms["Properties"]["PolicyDocument"]["Statement"]

    [allowed] = [s for s in statements if s["Effect"] == "Allow"]
    assert allowed["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert allowed["Action"] == "sns:Publish"
