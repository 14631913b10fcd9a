"""The CDK app: everything Iron Cage creates in an AWS account, or in the local cloud."""
