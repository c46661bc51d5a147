#include "gguf/gguf_value_json.h"

#include <stdio.h>
#include <string.h>

#include "core/number_text.h"
#include "gguf/gguf_keys.h"

/* Whether the text gives the value back, as exactly as its type is. */
static bool is_exact(const char *text, double value, bool is_float32) {
  double parsed = 0;
  if (!number_parse(text, &parsed)) return false;
  return is_float32 ? (float)parsed == (float)value : parsed == value;
}

/* Writes the fewest decimals that give the value back. Tiny numbers (layer norms have 1e-12) would need more than
 * there are: those are written as text, d.ddde-NN, because to round them to 0 would be untrue. */
static void write_float(struct json_writer *writer, double value, bool is_float32) {
  char text[NUMBER_TEXT_CAPACITY];
  if (!__builtin_isfinite(value)) {
    json_null(writer);
    return;
  }
  for (unsigned decimals = 0; decimals <= NUMBER_DECIMALS_MAX; decimals++) {
    number_write(text, value, decimals);
    if (!is_exact(text, value, is_float32)) continue;
    json_number(writer, value, decimals);
    return;
  }
  if (value >= 1e-3 || value <= -1e-3) {
    json_number(writer, value, NUMBER_DECIMALS_MAX); /* six digits at least are right */
    return;
  }
  int exponent = 0;
  double mantissa = value;
  for (; mantissa < 1 && mantissa > -1; mantissa *= 10) exponent--;
  unsigned decimals = is_float32 ? 6 : NUMBER_DECIMALS_MAX;
  number_write_short(text, mantissa, decimals);
  if (strcmp(text, "10") == 0 || strcmp(text, "-10") == 0) { /* 9.9999999 was rounded up */
    number_write_short(text, mantissa / 10, decimals);
    exponent++;
  }
  char scientific[NUMBER_TEXT_CAPACITY + 16];
  snprintf(scientific, sizeof scientific, "%se%d", text, exponent);
  json_text(writer, scientific);
}

static void write_kind(struct json_writer *writer, const char *type, const char *size_name, uint64_t size) {
  json_object_open(writer);
  json_key(writer, "type");
  json_text(writer, type);
  json_key(writer, size_name);
  json_integer(writer, (int64_t)size);
  json_object_close(writer);
}

void gguf_value_write_json(struct json_writer *writer, const struct gguf_key *key) {
  switch ((enum gguf_value_type)key->type) {
    case GGUF_BOOL:
      json_boolean(writer, key->bits != 0);
      return;
    case GGUF_TEXT:
      if (key->text != NULL) {
        json_text_sized(writer, key->text, key->count);
      } else {
        write_kind(writer, gguf_value_name(key->type), "bytes", key->count);
      }
      return;
    case GGUF_ARRAY:
      write_kind(writer, gguf_value_name(key->element_type), "count", key->count);
      return;
    case GGUF_FLOAT32:
    case GGUF_FLOAT64:
      write_float(writer, gguf_key_float(key), key->type == GGUF_FLOAT32);
      return;
    case GGUF_UINT64:
      if (key->bits > INT64_MAX) {
        json_number(writer, (double)key->bits, 0);
        return;
      }
      break;
    case GGUF_UINT8:
    case GGUF_INT8:
    case GGUF_UINT16:
    case GGUF_INT16:
    case GGUF_UINT32:
    case GGUF_INT32:
    case GGUF_INT64:
    case GGUF_VALUE_TYPE_COUNT:
      break;
  }
  json_integer(writer, gguf_key_integer(key));
}
