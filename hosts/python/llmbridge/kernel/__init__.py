"""A Jupyter kernel whose cells are prompts: `python3 -m llmbridge.kernel install`. It needs ipykernel, and is a client
of the engine that other programs share; the conversation is a session, which outlives the kernel."""
