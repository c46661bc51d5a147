#include "schema/uri.h"

#include <stddef.h>
#include <string.h>

struct part {
  const char *text;
  uint64_t size;
  bool is_there;
};

struct uri {
  struct part scheme, authority, path, query;
};

static bool is_scheme_byte(char c) {
  return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
}

/* The parts of a URI without fragment. */
static struct uri divide(const char *text, uint64_t size) {
  struct uri uri = {0};
  uint64_t at = 0;
  while (at < size && is_scheme_byte(text[at])) at++;
  if (at > 0 && at < size && text[at] == ':') {
    uri.scheme = (struct part){text, at, true};
    text += at + 1;
    size -= at + 1;
  }
  if (size >= 2 && text[0] == '/' && text[1] == '/') {
    for (at = 2; at < size && text[at] != '/' && text[at] != '?'; at++) continue;
    uri.authority = (struct part){text + 2, at - 2, true};
    text += at;
    size -= at;
  }
  for (at = 0; at < size && text[at] != '?'; at++) continue;
  uri.path = (struct part){text, at, at > 0};
  if (at < size) uri.query = (struct part){text + at + 1, size - at - 1, true};
  return uri;
}

struct writer {
  char *out;
  uint64_t size, capacity;
  bool is_full;
};

static void put(struct writer *writer, const char *text, uint64_t size) {
  if (size >= writer->capacity - writer->size) {
    writer->is_full = true;
    return;
  }
  if (size > 0) memcpy(writer->out + writer->size, text, size);
  writer->size += size;
}

/* Takes "." and ".." out of the path that begins at `begin` of what was written. */
static void remove_dots(struct writer *writer, uint64_t begin) {
  char *path = writer->out + begin;
  const uint64_t size = writer->size - begin;
  uint64_t from = 0, to = 0;
  while (from < size) {
    const char *rest = path + from;
    const uint64_t left = size - from;
    if (left >= 3 && memcmp(rest, "/./", 3) == 0) {
      from += 2;
    } else if (left == 2 && memcmp(rest, "/.", 2) == 0) {
      path[to++] = '/';
      from += 2;
    } else if ((left >= 4 && memcmp(rest, "/../", 4) == 0) || (left == 3 && memcmp(rest, "/..", 3) == 0)) {
      while (to > 0 && path[to - 1] != '/') to--;
      if (to > 0) to--;
      if (left == 3) path[to++] = '/';
      from += 3;
    } else {
      path[to++] = path[from++];
      while (from < size && path[from] != '/') path[to++] = path[from++];
    }
  }
  writer->size = begin + to;
}

bool uri_resolve(const char *base, const char *reference, uint64_t size, char *out, uint64_t capacity,
                 const char **out_fragment, uint64_t *out_fragment_size) {
  const char *hash = memchr(reference, '#', size);
  const uint64_t without = hash != NULL ? (uint64_t)(hash - reference) : size;
  *out_fragment = hash != NULL ? hash + 1 : reference + size;
  *out_fragment_size = hash != NULL ? size - without - 1 : 0;
  const struct uri from = divide(base, strlen(base)), to = divide(reference, without);
  const bool is_absolute = to.scheme.is_there, has_host = is_absolute || to.authority.is_there;
  const bool has_path = has_host || to.path.is_there;
  struct writer writer = {out, 0, capacity, false};
  const struct part scheme = is_absolute ? to.scheme : from.scheme;
  const struct part authority = has_host ? to.authority : from.authority;
  if (scheme.is_there) {
    put(&writer, scheme.text, scheme.size);
    put(&writer, ":", 1);
  }
  if (authority.is_there) {
    put(&writer, "//", 2);
    put(&writer, authority.text, authority.size);
  }
  const uint64_t path = writer.size;
  if (!has_path) {
    put(&writer, from.path.text, from.path.size);
  } else {
    if (!has_host && to.path.text[0] != '/') {
      uint64_t folder = from.path.size;
      while (folder > 0 && from.path.text[folder - 1] != '/') folder--;
      if (folder == 0 && authority.is_there) put(&writer, "/", 1);
      put(&writer, from.path.text, folder);
    }
    put(&writer, to.path.text, to.path.size);
    if (!writer.is_full) remove_dots(&writer, path);
  }
  const struct part query = has_path || to.query.is_there ? to.query : from.query;
  if (query.is_there) {
    put(&writer, "?", 1);
    put(&writer, query.text, query.size);
  }
  out[writer.is_full ? 0 : writer.size] = 0;
  return !writer.is_full;
}

static int hexadecimal(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;
}

uint64_t uri_decode(char *text, uint64_t size) {
  uint64_t to = 0;
  for (uint64_t from = 0; from < size; from++) {
    const bool is_code =
        text[from] == '%' && size - from > 2 && hexadecimal(text[from + 1]) >= 0 && hexadecimal(text[from + 2]) >= 0;
    text[to++] = is_code ? (char)(hexadecimal(text[from + 1]) << 4 | hexadecimal(text[from + 2])) : text[from];
    if (is_code) from += 2;
  }
  return to;
}
