"""Checks that the engine computes what was trained: the same tokens, the same likeliest answers, the same embeddings.

Needs PyTorch and the checkpoint, and a GGUF exported with --encoding f32 (a quantised one may differ where two tokens
are nearly as likely).
"""
import argparse
import pathlib
import random

import torch

import data
from engine import Bridge
from export import checkpoint_load
from tokenizer import BOS, END, tokenizer_load
from train import texts_embed

ODD_TEXTS = ["What is 2+2?", " two  spaces ", "tab\tand\nline", "naïve café Ünïcödé 日本語 🙂", "<s><|end|><0x41>", "a" * 60, "'quotes' \"here\"",
             "\u2581already", "12345 67-8", "HELLO wOrLd"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("checkpoint", type=pathlib.Path)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=40)
    options = parser.parse_args()
    torch.set_num_threads(1)
    rng = random.Random(7)
    tokenizer, model = tokenizer_load(), checkpoint_load(options.checkpoint)
    chats = [data.short_make(rng) for _ in range(options.count)] + [data.chat_make(rng, 3) for _ in range(options.count // 4)]
    questions = [turns[-2][1] for turns in chats]
    wrong = 0
    with Bridge(options.model) as bridge:
        for text in ODD_TEXTS + questions:
            ours, theirs = len(tokenizer.encode_text(text)) + 1, bridge.count_tokens(text)
            if ours != theirs:
                wrong += 1
                print(f"tokens of {text!r}: {ours}, the engine has {theirs}")
        for turns in chats:
            prompt, _ = tokenizer.encode_chat(turns[:-1], answer_next=True)
            ours, theirs = tokenizer.decode(model.answer(prompt, END, 60)), bridge.chat(turns[:-1])
            if ours != theirs and not (len(ours) > 60 and theirs.startswith(ours[:40])):
                wrong += 1
                print(f"answer to {turns[-2][1]!r}: {ours!r}, the engine says {theirs!r}")
        rows = [[BOS] + tokenizer.encode_text(text) for text in questions]
        with torch.no_grad():
            ours = texts_embed(model, rows)
        likeness = (ours * torch.tensor(bridge.embed(questions))).sum(-1)
    print(f"{len(questions)} conversations, {wrong} differences; embeddings agree to a cosine of at least {likeness.min():.6f}")
    raise SystemExit(1 if wrong or likeness.min() < 0.999 else 0)


if __name__ == "__main__":
    main()
