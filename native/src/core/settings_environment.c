#include "core/settings_environment.h"

#include <string.h>

#include "core/error.h"
#include "core/name_nearest.h"
#include "core/text_quote.h"
#include "platform/os_path.h"

static const char PREFIX[] = "LLMBRIDGE_";
enum { PREFIX_SIZE = sizeof PREFIX - 1, NAME_CAPACITY = 64 };

/* Names after the prefix that mean something to host packages (LIBRARY) and to the benchmarks (CACHE), and nothing
 * here. */
static const char *const foreign_names[] = {"LIBRARY", "CACHE"};

static char capital_of(char byte) {
  return byte >= 'a' && byte <= 'z' ? (char)(byte - 'a' + 'A') : byte;
}

/* The setting whose name in capitals is name[0 .. size), or SETTING_COUNT. */
static enum setting_id capitals_find(const char *name, uint64_t size) {
  unsigned id = 0;
  for (; id < SETTING_COUNT; id++) {
    const char *known = settings_table[id].name;
    uint64_t i = 0;
    while (i < size && known[i] != '\0' && capital_of(known[i]) == name[i]) i++;
    if (i == size && known[i] == '\0') break;
  }
  return (enum setting_id)id;
}

static bool is_foreign(const char *name, uint64_t size) {
  for (unsigned i = 0; i < sizeof foreign_names / sizeof foreign_names[0]; i++) {
    if (strlen(foreign_names[i]) == size && memcmp(foreign_names[i], name, size) == 0) return true;
  }
  return false;
}

static llmb_status refuse_unknown(const char *name, uint64_t size, llmb_error *error) {
  char shown[NAME_CAPACITY], quoted[TEXT_QUOTE_CAPACITY], nearest[NAME_CAPACITY];
  uint64_t shown_size = size < sizeof shown - 1 ? size : sizeof shown - 1;
  memcpy(shown, name, shown_size);
  shown[shown_size] = '\0';
  const char *known = setting_name_nearest(shown + PREFIX_SIZE);
  uint64_t i = 0;
  for (; known[i] != '\0' && i < sizeof nearest - 1; i++) nearest[i] = capital_of(known[i]);
  nearest[i] = '\0';
  return error_set(error, LLMB_E_INVALID_ARGUMENT, LLMB_PHASE_CONFIGURE,
                   "unknown environment variable %s; did you mean \"%s%s\"?", text_quote(quoted, shown), PREFIX,
                   nearest);
}

/* Stores a variable's value; a refusal says where the value came from. */
static llmb_status variable_store(llmb_settings *settings, enum setting_id id, const char *value, llmb_error *error) {
  llmb_error inner;
  llmb_error_init(&inner);
  llmb_status status = settings_store(settings, id, value, SETTING_FROM_ENVIRONMENT, &inner);
  if (status == LLMB_OK) return LLMB_OK;
  char name[NAME_CAPACITY];
  uint64_t i = 0;
  for (; settings_table[id].name[i] != '\0' && i < sizeof name - 1; i++)
    name[i] = capital_of(settings_table[id].name[i]);
  name[i] = '\0';
  return error_set(error, status, LLMB_PHASE_CONFIGURE, "%s (from the environment: %s%s)", inner.message, PREFIX, name);
}

/* The engine decides which of the others count, so it is looked up first. */
static llmb_status engine_choose(llmb_settings *settings, const llmb_settings *given, llmb_error *error) {
  const struct setting_value *explicit_engine = given != NULL ? &given->values[SETTING_ENGINE] : NULL;
  if (explicit_engine != NULL && explicit_engine->source == SETTING_EXPLICIT) {
    return settings_store(settings, SETTING_ENGINE, explicit_engine->text, SETTING_EXPLICIT, error);
  }
  const char *value = os_environment_get("LLMBRIDGE_ENGINE");
  if (value == NULL || *value == '\0') return LLMB_OK;
  return variable_store(settings, SETTING_ENGINE, value, error);
}

llmb_status settings_read_environment(llmb_settings *settings, const llmb_settings *given, llmb_error *error) {
  llmb_status status = engine_choose(settings, given, error);
  if (status != LLMB_OK) return status;
  uint8_t engine = settings_engine(settings);
  for (char *const *variable = os_environment_all(); variable != NULL && *variable != NULL; variable++) {
    const char *equals = strchr(*variable, '=');
    if (equals == NULL || strncmp(*variable, PREFIX, PREFIX_SIZE) != 0) continue;
    const char *name = *variable + PREFIX_SIZE;
    uint64_t size = (uint64_t)(equals - name);
    enum setting_id id = capitals_find(name, size);
    if (id == SETTING_COUNT) {
      if (is_foreign(name, size)) continue;
      return refuse_unknown(*variable, PREFIX_SIZE + size, error);
    }
    bool is_overridden = given != NULL && given->values[id].source == SETTING_EXPLICIT;
    bool counts = id != SETTING_ENGINE && !is_overridden && (settings_table[id].engines & engine) && equals[1] != '\0';
    if (counts) status = variable_store(settings, id, equals + 1, error);
    if (status != LLMB_OK) return status;
  }
  return LLMB_OK;
}
