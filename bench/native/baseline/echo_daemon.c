/* A JSON-RPC daemon that costs next to nothing: it answers each call with its prompt, as it was written. */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

enum { LINE_SIZE_MAX = 64 << 10, ANSWER_SIZE_MAX = LINE_SIZE_MAX + 64 };

struct text {
  const char *at;
  size_t size;
};

static void append(char *out, size_t *size, struct text text) {
  memcpy(out + *size, text.at, text.size);
  *size += text.size;
}

/* The digits, or the string with its quotes, that follow a key; of lines as llmbridge writes them. */
static struct text value_after(const char *line, const char *key) {
  const char *at = strstr(line, key);
  if (at == NULL) return (struct text){"{}", 2};
  at += strlen(key);
  const char *end = at + 1;
  if (*at == '"') {
    while (*end != '"') end += *end == '\\' ? 2 : 1;
    return (struct text){at, (size_t)(end + 1 - at)};
  }
  while (*end >= '0' && *end <= '9') end++;
  return (struct text){at, (size_t)(end - at)};
}

static bool answer(const char *line) {
  static char out[ANSWER_SIZE_MAX];
  size_t size = 0;
  append(out, &size, (struct text){"{\"jsonrpc\":\"2.0\",\"id\":", 22});
  append(out, &size, value_after(line, "\"id\":"));
  append(out, &size, (struct text){",\"result\":", 10});
  append(out, &size, value_after(line, "\"prompt\":"));
  append(out, &size, (struct text){"}\n", 2});
  return write(STDOUT_FILENO, out, size) == (ssize_t)size;
}

int main(void) {
  static char line[LINE_SIZE_MAX];
  size_t size = 0;
  for (;;) {
    const ssize_t got = read(STDIN_FILENO, line + size, sizeof line - 1 - size);
    if (got <= 0) return got < 0;
    size += (size_t)got;
    for (char *end; (end = memchr(line, '\n', size)) != NULL;) {
      *end = 0;
      if (!answer(line)) return 1;
      size -= (size_t)(end + 1 - line);
      memmove(line, end + 1, size);
    }
    if (size == sizeof line - 1) return 1;
  }
}
