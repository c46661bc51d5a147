#include "api/tools_use.h"

#include <string.h>

#include "core/error.h"
#include "core/json_check.h"
#include "core/json_reader.h"
#include "core/memory.h"
#include "schema/schema_stream.h"

/* A tool without parameters takes any object. */
static const char any_object[] = "{\"type\":\"object\"}";

struct tool_known {
  char *name;
  struct schema_entry *parameters;
};

struct tools_use {
  uint32_t count;
  bool forbids, requires, is_one_alone;
  const char *only; /* the name of the one that must be called; NULL: any */
  struct tool_known tools[];
};

static llmb_status refuse(llmb_error *error, const char *what) {
  return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE, "tools: %s", what);
}

static const struct tool_known *find(const struct tools_use *use, const char *name) {
  for (uint32_t i = 0; i < use->count; i++) {
    if (strcmp(use->tools[i].name, name) == 0) return &use->tools[i];
  }
  return NULL;
}

/* Whether a value is a string that every host can hold: not empty, no NUL, no half of a surrogate pair. */
static bool is_text(struct json_value string) {
  if (string.kind != JSON_STRING || string.size <= 2) return false;
  for (uint64_t at = 1; at + 1 < string.size; at++) {
    if (string.text[at] != '\\' || string.text[++at] != 'u') continue;
    if (memcmp(string.text + at + 1, "0000", 4) == 0 || json_is_lone_surrogate(string, &at)) return false;
  }
  return true;
}

/* A text of at most TOOL_NAME_MAX bytes; false for any other value. */
static bool read_name(struct json_value value, char out[TOOL_NAME_MAX + 3]) {
  return is_text(value) && value.size <= TOOL_NAME_MAX + 2 && json_string_copy(value, out) > 0;
}

static bool is_choice(const char *name) {
  return strcmp(name, "auto") == 0 || strcmp(name, "none") == 0 || strcmp(name, "required") == 0;
}

static llmb_status add_tool(struct tools_use *use, struct json_value tool, bool is_strict, struct schema_cache *cache,
                            llmb_error *error) {
  const struct json_value function = json_member(tool, "function"), given = json_member(function, "parameters");
  struct tool_known *known = &use->tools[use->count];
  char name[TOOL_NAME_MAX + 3];
  llmb_error inner;
  if (!json_string_is(json_member(tool, "type"), "function") || !read_name(json_member(function, "name"), name)) {
    return refuse(error,
                  "one is not {\"type\":\"function\",\"function\":{\"name\":...,\"parameters\":...}}, name of 1 to "
                  "128 bytes");
  }
  if (is_choice(name)) return refuse(error, "auto, none and required are no names: they are choices of tool_choice");
  if (find(use, name) != NULL) return refuse(error, "two have one name");
  const bool has_parameters = given.kind != JSON_ABSENT && given.kind != JSON_NULL;
  char *schema = NULL;
  llmb_error_init(&inner);
  llmb_status status = has_parameters ? memory_copy_text(given.text, given.size, &schema) : LLMB_OK;
  if (status == LLMB_OK) status = memory_copy_text(name, strlen(name), &known->name);
  if (status == LLMB_OK) {
    status = schema_cache_get(cache, schema != NULL ? schema : any_object, is_strict, &known->parameters, &inner);
    use->count++;
  }
  memory_release(schema);
  if (status == LLMB_OK) return status;
  return error_set(error, status, LLMB_PHASE_CONFIGURE, "tools: parameters of %s: %s", name, inner.message);
}

static llmb_status read_choice(struct tools_use *use, const char *choice, llmb_error *error) {
  use->forbids = strcmp(choice, "none") == 0;
  use->requires = strcmp(choice, "required") == 0;
  if (use->forbids || use->requires || strcmp(choice, "auto") == 0) return LLMB_OK;
  const struct tool_known *only = find(use, choice);
  if (only == NULL) {
    return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                     "tool_choice: \"%.128s\" is none of auto, none, required and the names of tools", choice);
  }
  use->requires = true;
  use->only = only->name;
  return LLMB_OK;
}

llmb_status tools_use_open(const llmb_settings *settings, struct schema_cache *cache, struct tools_use **out,
                           llmb_error *error) {
  const struct setting_value *given = &settings->values[SETTING_TOOLS];
  const bool is_strict = settings->values[SETTING_SCHEMA_MODE].integer == CHOICE_SCHEMA_STRICT;
  const uint64_t size = given->text != NULL ? strlen(given->text) : 0;
  struct json_value list = {.kind = JSON_ABSENT}, tool;
  uint64_t count = 0;
  void *block = NULL;
  *out = NULL;
  if (size == 0) return LLMB_OK;
  if (json_check((const uint8_t *)given->text, size, NULL, NULL) == LLMB_OK) list = json_read(given->text, size);
  if (list.kind != JSON_ARRAY) return refuse(error, "it is no JSON array");
  for (uint64_t at = 0; json_next(list, &at, NULL, &tool);) count++;
  if (count > TOOLS_MAX) return refuse(error, "there are more than 128");
  llmb_status status = memory_allocate(sizeof(struct tools_use) + count * sizeof(struct tool_known), &block);
  if (status != LLMB_OK) return refuse(error, "no memory"), status;
  struct tools_use *use = block;
  use->is_one_alone = settings->values[SETTING_PARALLEL_TOOL_CALLS].integer == CHOICE_OFF;
  for (uint64_t at = 0; status == LLMB_OK && json_next(list, &at, NULL, &tool);) {
    status = add_tool(use, tool, is_strict, cache, error);
  }
  if (status == LLMB_OK) status = read_choice(use, settings->values[SETTING_TOOL_CHOICE].text, error);
  if (status == LLMB_OK) {
    *out = use;
  } else {
    tools_use_close(use);
  }
  return status;
}

void *tools_use_close(struct tools_use *use) {
  for (uint32_t i = 0; use != NULL && i < use->count; i++) {
    memory_release(use->tools[i].name);
    schema_entry_release(use->tools[i].parameters);
  }
  return memory_release(use);
}

static llmb_status wrong(llmb_error *error, const char *what) {
  return error_set(error, LLMB_E_OUTPUT_INVALID, LLMB_PHASE_VALIDATE, "%s", what);
}

/* `steps` is what the arguments of the answer's calls have cost so far: one bound holds for all of them. */
static llmb_status check_arguments(const struct tool_known *tool, struct json_value arguments, uint64_t *steps,
                                   llmb_error *error) {
  struct schema_stream *stream = NULL;
  llmb_error inner;
  if (arguments.kind != JSON_OBJECT) {
    return error_set(error, LLMB_E_OUTPUT_INVALID, LLMB_PHASE_VALIDATE, "the arguments of %s are no JSON object",
                     tool->name);
  }
  llmb_error_init(&inner);
  llmb_status status = schema_stream_open(&tool->parameters->set, &stream);
  if (status == LLMB_OK) {
    schema_stream_spend(stream, *steps);
    status = schema_stream_take(stream, arguments.text, arguments.size, true, &inner);
    *steps = schema_stream_spent(stream);
  }
  schema_stream_close(stream);
  if (status == LLMB_OK) return status;
  return error_set(error, status, LLMB_PHASE_VALIDATE, "the arguments of %s: %s", tool->name, inner.message);
}

/* Exactly these three members, so that no reader finds another tool or other arguments than were looked at. */
static llmb_status check_call(const struct tools_use *use, struct json_value call, uint64_t *steps, llmb_error *error) {
  const struct json_value id = json_member(call, "id"), arguments = json_member(call, "arguments");
  struct json_value member;
  char name[TOOL_NAME_MAX + 3];
  uint32_t members = 0;
  for (uint64_t at = 0; call.kind == JSON_OBJECT && json_next(call, &at, NULL, &member);) members++;
  if (members != 3 || !is_text(id) || arguments.kind == JSON_ABSENT || !read_name(json_member(call, "name"), name)) {
    return wrong(error, "a call is not {\"id\",\"name\",\"arguments\"}");
  }
  const struct tool_known *tool = find(use, name);
  if (tool == NULL || (use->only != NULL && tool->name != use->only)) {
    return error_set(error, LLMB_E_OUTPUT_INVALID, LLMB_PHASE_VALIDATE,
                     "%s is called, which is none of the tools that "
                     "may be",
                     name);
  }
  return check_arguments(tool, arguments, steps, error);
}

llmb_status tools_use_check(const struct tools_use *use, const char *calls, uint64_t size, llmb_error *error) {
  struct json_value list = {.kind = JSON_ABSENT}, call;
  uint64_t steps = 0;
  uint32_t count = 0;
  if (size == 0) return use->requires ? wrong(error, "no tool is called (tool_choice)") : LLMB_OK;
  if (use->forbids) return wrong(error, "a tool is called (tool_choice=none)");
  if (json_check((const uint8_t *)calls, size, NULL, NULL) == LLMB_OK) list = json_read(calls, size);
  if (list.kind != JSON_ARRAY) return wrong(error, "the calls are no JSON array");
  for (uint64_t at = 0; json_next(list, &at, NULL, &call);) {
    if (++count > (use->is_one_alone ? 1u : TOOL_CALLS_MAX))
      return wrong(error, "too many calls (parallel_tool_calls)");
    const llmb_status status = check_call(use, call, &steps, error);
    if (status != LLMB_OK) return status;
  }
  return count > 0 ? LLMB_OK : wrong(error, "no tool is called");
}
