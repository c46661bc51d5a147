#include "api/installation_layout.h"

#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "platform/os_path.h"

#define KEEPER "llmbridge-keeper"

enum { INSTALLATION_FILE_MAX = 64 };

const char *const *installation_folders(enum installation_kind kind) {
  static const char *const folders[][INSTALLATION_FOLDERS_MAX + 1] = {
      [INSTALLATION_PROGRAM] = {"bin/", "", NULL},
      [INSTALLATION_MODULE] = {"lib/llmbridge/", "", NULL},
      [INSTALLATION_SHARED] = {"share/llmbridge/", "", NULL},
  };
  return folders[kind];
}

const char *installation_problem(enum installation_kind kind, const char *path) {
  uint64_t size = 0;
  switch (os_path_kind(path, &size)) {
    case OS_PATH_MISSING:
      return INSTALLATION_MISSING;
    case OS_PATH_FOLDER:
      return "is a folder";
    case OS_PATH_OTHER:
      return "is not a regular file";
    case OS_PATH_FILE:
      /* platform/os_loader.h */
      return kind == INSTALLATION_PROGRAM && !os_path_readable(path) ? "may be neither executed nor read" : NULL;
    case OS_PATH_PROGRAM: /* package managers may mark every file as a program */
      break;
  }
  return NULL;
}

static bool find_in(const char *home, const char *const folders[], enum installation_kind kind, const char *name,
                    char *out) {
  for (int i = 0; folders[i] != NULL; i++) {
    if (snprintf(out, INSTALLATION_PATH_MAX, "%s/%s%s", home, folders[i], name) >= INSTALLATION_PATH_MAX) continue;
    if (installation_problem(kind, out) == NULL) return true;
  }
  return false;
}

bool installation_find(const char *home, enum installation_kind kind, const char *name, char *out) {
  return find_in(home, installation_folders(kind), kind, name, out);
}

llmb_status path_make_absolute(const char *path, char *out) {
  char folder[INSTALLATION_PATH_MAX] = "";
  if (path[0] != '/' && os_path_current_folder(folder, sizeof folder) != LLMB_OK) return LLMB_E_NOT_FOUND;
  const int size = snprintf(out, INSTALLATION_PATH_MAX, "%s%s%s", folder, path[0] == '/' ? "" : "/", path);
  return size > 0 && size < INSTALLATION_PATH_MAX ? LLMB_OK : LLMB_E_NOT_FOUND;
}

/* A home is known by its keeper. An engine in the host's own process needs none, and its module will do. */
static bool is_home(const llmb_settings *settings, const char *home, bool is_beside) {
  static const char *const beside[] = {"", NULL};
  char file[INSTALLATION_FILE_MAX], found[INSTALLATION_PATH_MAX];
  enum installation_kind kind = INSTALLATION_PROGRAM;
  if (find_in(home, is_beside ? beside : installation_folders(kind), kind, KEEPER, found)) return true;
  if (settings->values[SETTING_ISOLATION].integer != CHOICE_ISOLATION_INPROC) return false;
  kind = INSTALLATION_MODULE;
  snprintf(file, sizeof file, "%s.so", settings->values[SETTING_ENGINE].text);
  return find_in(home, is_beside ? beside : installation_folders(kind), kind, file, found);
}

SMALL_FRAME llmb_status installation_home(const llmb_settings *settings, char *home, llmb_error *error) {
  const char *given = settings->values[SETTING_HOME].text;
  home[0] = 0;
  if (given != NULL && given[0] != 0) {
    if (path_make_absolute(given, home) == LLMB_OK && is_home(settings, home, false)) return LLMB_OK;
    return error_set(error, LLMB_E_NOT_FOUND, LLMB_PHASE_CONFIGURE,
                     "home: neither %s/bin/" KEEPER " nor %s/" KEEPER " is a program that may be read", given, given);
  }
  const llmb_status status = os_path_library_folder(home, INSTALLATION_PATH_MAX);
  if (status != LLMB_OK) {
    home[0] = 0;
    return error_set(error, status, LLMB_PHASE_CONFIGURE, "could not find the folder of the library; set home");
  }
  if (is_home(settings, home, true)) return LLMB_OK;
  /* lib/ or lib/x86_64-linux-gnu/ below the home */
  for (int up = 0; up < 2; up++) {
    char *slash = strrchr(home, '/');
    if (slash == NULL || slash == home) break;
    *slash = 0;
    if (is_home(settings, home, false)) return LLMB_OK;
  }
  (void)os_path_library_folder(home, INSTALLATION_PATH_MAX);
  return error_set(error, LLMB_E_NOT_FOUND, LLMB_PHASE_CONFIGURE,
                   KEEPER " that may be read is neither beside the library in %s nor in ../bin; set home", home);
}
