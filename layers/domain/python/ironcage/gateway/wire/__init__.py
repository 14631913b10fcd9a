"""Wire formats: what clients send us, what providers understand, and the way back.

OpenAI's chat format is the canonical one inside; `wire.openai` is its face, `wire.anthropic_face`
that of Anthropic's Messages towards clients, `wire.bedrock` that of Bedrock's Converse.
"""
