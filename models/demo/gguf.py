"""Writes a GGUF file, version 3: metadata, then tensors, each aligned to 32 bytes."""
import struct

import numpy

ALIGNMENT = 32
UINT32, INT32, FLOAT32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
F32, F16, Q8_0 = 0, 1, 8
BLOCK = 32  # numbers that share one scale in Q8_0


def text_bytes(text):
    raw = text.encode()
    return struct.pack("<Q", len(raw)) + raw


def value_bytes(kind, value):
    if kind == STRING:
        return text_bytes(value)
    return struct.pack({UINT32: "<I", INT32: "<i", FLOAT32: "<f", BOOL: "<?"}[kind], value)


def metadata_bytes(key, kind, value):
    """A list becomes an array of that kind."""
    head = text_bytes(key)
    if not isinstance(value, list):
        return head + struct.pack("<I", kind) + value_bytes(kind, value)
    return head + struct.pack("<IIQ", ARRAY, kind, len(value)) + b"".join(value_bytes(kind, item) for item in value)


def q8_0_bytes(array):
    """Blocks of 32 numbers: a half-precision scale and a signed byte for each."""
    blocks = array.reshape(-1, BLOCK)
    scales = numpy.abs(blocks).max(axis=1) / 127
    inverse = numpy.divide(1, scales, out=numpy.zeros_like(scales), where=scales != 0)
    numbers = numpy.rint(blocks * inverse[:, None]).astype(numpy.int8)
    out = numpy.empty(len(blocks), dtype=[("scale", "<f2"), ("numbers", "i1", BLOCK)])
    out["scale"], out["numbers"] = scales.astype("<f2"), numbers
    return out.tobytes()


def tensor_bytes(array, encoding):
    if encoding == Q8_0:
        return q8_0_bytes(array)
    return array.astype("<f2" if encoding == F16 else "<f4").tobytes()


def padding(size):
    return b"\0" * (-size % ALIGNMENT)


def gguf_write(path, metadata, tensors):
    """metadata: (key, kind, value); tensors: (name, float32 array, encoding)."""
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata))
    head += b"".join(metadata_bytes(*item) for item in metadata)
    body = b""
    for name, array, encoding in tensors:
        head += text_bytes(name) + struct.pack("<I", array.ndim)
        head += struct.pack(f"<{array.ndim}Q", *reversed(array.shape)) + struct.pack("<IQ", encoding, len(body))
        raw = tensor_bytes(array, encoding)
        body += raw + padding(len(raw))
    path.write_bytes(head + padding(len(head)) + body)
