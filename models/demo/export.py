"""Makes a GGUF file of a checkpoint."""
import argparse
import pathlib

import torch

import gguf
import tokenizer as tokens
from model import Model

DESCRIPTION = ("A demonstration model: it shows that llmbridge works and is a fixture for its tests. It knows small sums, a few hundred "
               "facts and short stories, and nothing else.")
TEMPLATE = ("{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}{% endfor %}"
            "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}")
ENCODINGS = {"q8_0": (gguf.Q8_0, 7), "f16": (gguf.F16, 1), "f32": (gguf.F32, 0)}


def metadata_of(shape, tokenizer, file_type, license_name):
    string, number, real, yes_no, integer = gguf.STRING, gguf.UINT32, gguf.FLOAT32, gguf.BOOL, gguf.INT32
    return [
        ("general.architecture", string, "llama"),
        ("general.name", string, "llmbridge demonstration model"),
        ("general.description", string, DESCRIPTION),
        ("general.license", string, license_name),
        ("general.file_type", number, file_type),
        ("llama.vocab_size", number, shape.vocabulary),
        ("llama.context_length", number, shape.context),
        ("llama.embedding_length", number, shape.width),
        ("llama.block_count", number, shape.layers),
        ("llama.feed_forward_length", number, shape.hidden),
        ("llama.attention.head_count", number, shape.heads),
        ("llama.attention.head_count_kv", number, shape.kv_heads),
        ("llama.attention.layer_norm_rms_epsilon", real, shape.epsilon),
        ("llama.rope.dimension_count", number, shape.head_width),
        ("llama.rope.freq_base", real, shape.rope_base),
        ("llama.pooling_type", number, 1),  # mean
        ("tokenizer.ggml.model", string, "llama"),
        ("tokenizer.ggml.tokens", string, tokenizer.tokens),
        ("tokenizer.ggml.scores", real, tokenizer.scores),
        ("tokenizer.ggml.token_type", integer, tokenizer.types),
        ("tokenizer.ggml.unknown_token_id", number, tokens.UNKNOWN),
        ("tokenizer.ggml.bos_token_id", number, tokens.BOS),
        ("tokenizer.ggml.eos_token_id", number, tokens.END),
        ("tokenizer.ggml.add_bos_token", yes_no, True),
        ("tokenizer.ggml.add_eos_token", yes_no, False),
        ("tokenizer.ggml.add_space_prefix", yes_no, False),
        ("tokenizer.chat_template", string, TEMPLATE),
    ]


def checkpoint_load(path):
    kept = torch.load(path)
    model = Model(kept["shape"])
    model.load_state_dict(kept["model"])
    return model.eval()


def tensors_of(model, encoding):
    """In the model's own order. Norms stay F32, as llama.cpp wants them."""
    for name, parameter in model.named_parameters():
        array = parameter.detach().numpy()
        yield name, array, encoding if array.ndim == 2 else gguf.F32


def main():
    parser = argparse.ArgumentParser(description="Makes a GGUF file of a checkpoint.")
    parser.add_argument("checkpoint", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--encoding", choices=ENCODINGS, default="q8_0")
    parser.add_argument("--license", default="MIT")
    options = parser.parse_args()
    model = checkpoint_load(options.checkpoint)
    encoding, file_type = ENCODINGS[options.encoding]
    metadata = metadata_of(model.shape, tokens.tokenizer_load(), file_type, options.license)
    gguf.gguf_write(options.output, metadata, list(tensors_of(model, encoding)))
    print(f"{options.output}: {options.output.stat().st_size} bytes")


if __name__ == "__main__":
    main()
