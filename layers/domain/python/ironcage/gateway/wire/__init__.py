"""Wire formats: what clients send us, what providers understand, and the way back.

`wire.openai` is the face of OpenAI's format, `wire.bedrock` that of Bedrock's Converse.
"""
