"""The tokenizer: byte-pair merges learned from the data, with scores and byte tokens, as GGUF's "llama" kind has them.

Merges stay inside a word, a digit is always a token of its own, and what the data never showed falls back to bytes.
`encode_text` follows the same rule as llama.cpp: join the neighbours whose join scores best, the leftmost first.
"""
import collections
import json
import pathlib
import random
import re

SPACE = "\u2581"
CONTROL = ["<unk>", "<s>", "<|end|>", "<|user|>", "<|assistant|>", "<|system|>"]
UNKNOWN, BOS, END, USER, ASSISTANT, SYSTEM = range(6)
ROLES = {"user": USER, "assistant": ASSISTANT, "system": SYSTEM}
TYPE_NORMAL, TYPE_UNKNOWN, TYPE_CONTROL, TYPE_BYTE = 1, 2, 3, 6
FIRST_BYTE = len(CONTROL)
WORD = re.compile(SPACE + "?[A-Za-z]+|.", re.DOTALL)
FILE = pathlib.Path(__file__).with_name("tokenizer.json")


class Tokenizer:
    def __init__(self, merged):
        characters = [SPACE] + [chr(code) for code in range(ord("!"), ord("~") + 1)]
        self.merged = merged
        self.tokens = CONTROL + [f"<0x{value:02X}>" for value in range(256)] + characters + merged
        self.types = [TYPE_UNKNOWN] + [TYPE_CONTROL] * (len(CONTROL) - 1) + [TYPE_BYTE] * 256
        self.types += [TYPE_NORMAL] * (len(characters) + len(merged))
        first = len(self.tokens) - len(merged)
        self.scores = [0.0] * first + [-float(rank + 1) for rank in range(len(merged))]
        self.ids = {token: i for i, token in enumerate(self.tokens) if self.types[i] == TYPE_NORMAL}
        self.cache = {}

    @property
    def size(self):
        return len(self.tokens)

    def encode_text(self, text):
        """Tokens of plain text: nothing in it counts as a control token."""
        out = []
        for word in WORD.findall(text.replace(" ", SPACE)):
            if word not in self.cache:
                self.cache[word] = self._encode_word(word)
            out += self.cache[word]
        return out

    def _encode_word(self, word):
        parts = list(word)
        while True:
            best = None
            for i in range(len(parts) - 1):
                token = self.ids.get(parts[i] + parts[i + 1])
                if token is not None and (best is None or self.scores[token] > best[0]):
                    best = (self.scores[token], i)
            if best is None:
                break
            i = best[1]
            parts[i:i + 2] = [parts[i] + parts[i + 1]]
        out = []
        for part in parts:
            out += [self.ids[part]] if part in self.ids else [FIRST_BYTE + byte for byte in part.encode()]
        return out

    def encode_chat(self, turns, answer_next=False):
        """Tokens of a conversation as the chat template writes it, and which of them the model should learn to say."""
        tokens, learn = [BOS], [False]
        for role, text in turns:
            body = self.encode_text(text) + [END]
            tokens += [ROLES[role]] + body
            learn += [False] + [role == "assistant"] * len(body)
        return (tokens + [ASSISTANT], learn + [False]) if answer_next else (tokens, learn)

    def decode(self, tokens):
        out = bytearray()
        for token in tokens:
            if self.types[token] == TYPE_BYTE:
                out.append(token - FIRST_BYTE)
            elif self.types[token] == TYPE_NORMAL:
                out += self.tokens[token].replace(SPACE, " ").encode()
        return out.decode(errors="replace")

    def save(self):
        FILE.write_text(json.dumps(self.merged, ensure_ascii=False) + "\n")


def tokenizer_load():
    return Tokenizer(json.loads(FILE.read_text()))


def merges_learn(texts, count):
    """The merges that shorten the texts most, best first."""
    words = collections.Counter()
    for text in texts:
        words.update(word for word in WORD.findall(text.replace(" ", SPACE)) if len(word) > 1)
    splits = {word: list(word) for word in words}
    merged = []
    while len(merged) < count:
        pairs = collections.Counter()
        for word, parts in splits.items():
            for pair in zip(parts, parts[1:]):
                pairs[pair] += words[word]
        if not pairs:
            break
        best = max(pairs, key=lambda pair: (pairs[pair], pair))
        joined = best[0] + best[1]
        if joined not in merged:
            merged.append(joined)
        for parts in splits.values():
            i = 0
            while i < len(parts) - 1:
                if parts[i] + parts[i + 1] == joined:
                    parts[i:i + 2] = [joined]
                i += 1
    return merged


if __name__ == "__main__":
    import data

    rng = random.Random(1)
    samples = [data.short_make(rng) for _ in range(16000)] + [data.long_make(rng) for _ in range(150)]
    texts = [text for turns in samples for _, text in turns]
    texts += [data.fact_question(fact, "{x}") + " " + fact["y"] for fact in data.FACTS for _ in range(20)]
    tokenizer = Tokenizer(merges_learn(texts, 1280 - 6 - 256 - 95))
    tokenizer.save()
    print(tokenizer.size, "tokens;", sum(len(tokenizer.encode_text(text)) for text in texts) / len(texts), "a text")
    print([tokenizer.tokens[t] for t in tokenizer.encode_text("What is the capital of Hungary, and 12+7? Reykjavik é")])
