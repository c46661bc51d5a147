/* Named maxima of a model file. They lie far above any real model and bound the memory and time that reading takes, and
 * what llama.cpp is asked to do after us: it compares each key and tensor name with all before it. */
#ifndef LLMB_GGUF_LIMITS_H
#define LLMB_GGUF_LIMITS_H

enum {
  GGUF_KEYS_MAX = 4096,
  GGUF_KEY_SIZE_MAX = 1024, /* bytes of a key's name */
  GGUF_TENSORS_MAX = 65536,
  GGUF_TENSOR_NAME_SIZE_MAX = 63, /* llama.cpp's own limit */
  GGUF_DIMENSIONS_MAX = 4,        /* the same */
  GGUF_ELEMENTS_MAX = 16 << 20,   /* of one array */
  GGUF_TEXT_SIZE_MAX = 16 << 20,  /* bytes of one text */
  GGUF_TEXT_KEPT_MAX = 256,       /* bytes of a text that is kept to be shown */
  GGUF_HEAD_SIZE_MAX = 256 << 20, /* everything before the tensors' data */
  GGUF_PARTS_MAX = 512,           /* files of a split model */
  GGUF_ALIGNMENT_MIN = 8,
  GGUF_ALIGNMENT_MAX = 2 << 20,
  GGUF_ALIGNMENT_DEFAULT = 32,
  GGUF_READ_SIZE = 64 << 10 /* bytes read at once */
};

#endif
