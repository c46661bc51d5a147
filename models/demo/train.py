"""Trains the demonstration model on the CPU. Run by hand: see MODEL_CARD.md for the command and what it took.

A step learns from a batch of short conversations, often from a few longer ones or stories as well, and from pairs of
phrasings whose averaged states should lie close together (so that the same model gives embeddings). Everything comes
from the seed and the number of the step, so a training that was stopped goes on as if it had not been.
"""
import argparse
import pathlib
import random
import time

import torch
from torch.nn import functional

import data
from model import Model, Shape
from optimizer import Muon
from tokenizer import BOS, tokenizer_load

SHORT_ROWS, CHAT_ROWS, STORY_ROWS, PAIRS = 64, 6, 4, 48
SHORT_TOKENS = 84
CONTRAST_WEIGHT, CONTRAST_TEMPERATURE = 0.25, 0.05
STORY_WEIGHT = 0.5
WARMUP_STEPS = 40
MUON_RATE, ADAM_RATE = 0.02, 0.004
GRADIENT_MAX = 1.0


def rows_pad(rows, fill):
    length = max(len(row) for row in rows)
    return torch.tensor([row + [fill] * (length - len(row)) for row in rows])


def answers_loss(model, chats):
    """How badly the model says the answers, each token alike."""
    tokens = rows_pad([tokens for tokens, _ in chats], 0)
    learn = rows_pad([learn for _, learn in chats], False)[:, 1:]
    states = model(tokens[:, :-1])
    return functional.cross_entropy(model.logits(states[learn]), tokens[:, 1:][learn])


def texts_embed(model, rows):
    tokens = rows_pad(rows, 0)
    inside = rows_pad([[1.0] * len(row) for row in rows], 0.0)
    states = model(tokens) * inside.unsqueeze(-1)
    return functional.normalize(states.sum(1) / inside.sum(1, keepdim=True), dim=-1)


def contrast_loss(model, tokenizer, pairs):
    rows = [[BOS] + tokenizer.encode_text(pair[side]) for side in (0, 1) for pair in pairs]
    first, second = texts_embed(model, rows).split(len(pairs))
    likeness = first @ second.T / CONTRAST_TEMPERATURE
    own = torch.arange(len(pairs))
    return (functional.cross_entropy(likeness, own) + functional.cross_entropy(likeness.T, own)) / 2


class Samples:
    """Batches by step number. Short conversations come out of a pool sorted by length, so that rows need little padding."""

    POOL_BATCHES = 8

    def __init__(self, tokenizer, seed):
        self.tokenizer, self.seed, self.pool, self.pool_number = tokenizer, seed, [], -1

    def random_of(self, *place):
        return random.Random(repr((self.seed,) + place))

    def short(self, step):
        number, index = divmod(step, self.POOL_BATCHES)
        if number != self.pool_number:
            rng = self.random_of("short", number)
            pool = [self.tokenizer.encode_chat(data.short_make(rng)) for _ in range(SHORT_ROWS * self.POOL_BATCHES)]
            pool = [(tokens[:SHORT_TOKENS], learn[:SHORT_TOKENS]) for tokens, learn in pool]  # cuts stories only
            pool.sort(key=lambda chat: len(chat[0]) + 3 * rng.random())
            self.pool = [pool[i:i + SHORT_ROWS] for i in range(0, len(pool), SHORT_ROWS)]
            rng.shuffle(self.pool)
            self.pool_number = number
        return self.pool[index]

    def longer(self, step):
        rng = self.random_of("long", step)
        makes = [(data.chat_make, CHAT_ROWS), (data.long_make, STORY_ROWS)]
        make, rows = makes[step // 2 % 2]
        chats = [self.tokenizer.encode_chat(make(rng)) for _ in range(rows)]
        return [(tokens[:1024], learn[:1024]) for tokens, learn in chats]

    def pairs(self, step):
        return data.phrasing_pairs(self.random_of("pairs", step), PAIRS)


def rate_of(step, steps, decay):
    """Rises, stays, falls to nothing over the last `decay` steps."""
    return min((step + 1) / WARMUP_STEPS, 1.0, max(steps - step, 0) / max(decay, 1))


def train_step(model, tokenizer, samples, step, options):
    loss = answers_loss(model, samples.short(step))
    losses = {"short": float(loss)}
    loss.backward()
    if step % 2 == 1:
        name = "story" if step // 2 % 2 else "chat"
        loss = answers_loss(model, samples.longer(step)) * (STORY_WEIGHT if name == "story" else options.chat_weight)
        losses[name] = float(loss)
        loss.backward()
    if step % options.contrast_every == 0:
        loss = contrast_loss(model, tokenizer, samples.pairs(step)) * CONTRAST_WEIGHT
        losses["contrast"] = float(loss) / CONTRAST_WEIGHT
        loss.backward()
    return losses


def main():
    parser = argparse.ArgumentParser(description="Trains the demonstration model.")
    parser.add_argument("--steps", type=int, default=2400)
    parser.add_argument("--decay", type=int, default=1000, help="over how many last steps the rate falls")
    parser.add_argument("--stop", type=int, help="stop after this step all the same; a later run goes on from there")
    parser.add_argument("--sum-share", type=float, default=data.SUM_SHARE, help="share of sums among the short questions")
    parser.add_argument("--copy-share", type=float, default=data.COPY_SHARE, help="share of short conversations that repeat the question's words")
    parser.add_argument("--chat-weight", type=float, default=0.3)
    parser.add_argument("--contrast-every", type=int, default=2, metavar="STEPS")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--checkpoint", type=pathlib.Path, default=pathlib.Path("checkpoint.pt"))
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    data.SUM_SHARE, data.COPY_SHARE = options.sum_share, options.copy_share
    stop = options.steps if options.stop is None else min(options.stop, options.steps)
    tokenizer = tokenizer_load()
    model = Model(Shape(vocabulary=tokenizer.size))
    matrices = [p for block in model.blk for p in block.parameters() if p.dim() == 2]
    others = [p for p in model.parameters() if not any(p is matrix for matrix in matrices)]
    optimizers = [(Muon(matrices, MUON_RATE), MUON_RATE),
                  (torch.optim.Adam(others, ADAM_RATE, betas=(0.9, 0.95)), ADAM_RATE)]
    step, spent = 0, 0.0
    if options.checkpoint.exists():
        kept = torch.load(options.checkpoint)
        model.load_state_dict(kept["model"])
        for (optimizer, _), state in zip(optimizers, kept["optimizers"]):
            optimizer.load_state_dict(state)
        step, spent = kept["step"], kept["spent"]
    print(f"{sum(p.numel() for p in model.parameters())} parameters, from step {step}", flush=True)
    samples = Samples(tokenizer, options.seed)
    shown, began = {}, time.monotonic()
    while step < stop:
        for optimizer, rate in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate * rate_of(step, options.steps, options.decay)
            optimizer.zero_grad(set_to_none=True)
        for name, loss in train_step(model, tokenizer, samples, step, options).items():
            shown[name] = loss if name not in shown else 0.9 * shown[name] + 0.1 * loss
        torch.nn.utils.clip_grad_norm_(others, GRADIENT_MAX)
        for optimizer, _ in optimizers:
            optimizer.step()
        step += 1
        if step % 20 == 0:
            seconds = spent + time.monotonic() - began
            print(f"step {step} {seconds:.0f} s " + " ".join(f"{name} {loss:.4f}" for name, loss in shown.items()), flush=True)
        if step % 100 == 0 or step == stop:
            kept = {"model": model.state_dict(), "optimizers": [optimizer.state_dict() for optimizer, _ in optimizers],
                    "step": step, "spent": spent + time.monotonic() - began, "shape": model.shape, "seed": options.seed}
            torch.save(kept, str(options.checkpoint) + ".new")
            pathlib.Path(str(options.checkpoint) + ".new").replace(options.checkpoint)


if __name__ == "__main__":
    main()
