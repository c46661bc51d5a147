/* The layout of an installation: where programs, modules and files stand, and where they are looked for. */
#ifndef LLMB_INSTALLATION_LAYOUT_H
#define LLMB_INSTALLATION_LAYOUT_H

#include "core/settings_set.h"

enum { INSTALLATION_PATH_MAX = 4096, INSTALLATION_FOLDERS_MAX = 2 };

/* Each function that has room for a path keeps it off the stacks of the others: they are the host's. */
#define SMALL_FRAME __attribute__((noinline))

/* The program of the engine http. */
#define HTTP_PROGRAM "llmbridge-http"

enum installation_kind { INSTALLATION_PROGRAM, INSTALLATION_MODULE, INSTALLATION_SHARED };

/* The folders below home where parts of a kind stand, with their slash, NULL at the end. An installed tree has a folder
 * for each kind, a package may have all in one. */
const char *const *installation_folders(enum installation_kind kind);

#define INSTALLATION_MISSING "does not exist"

/* Why a file at this path is not the part; NULL if it is. */
const char *installation_problem(enum installation_kind kind, const char *path);

/* The folder that everything else is found from, absolute: the host may change its folder before the first start.
 * `home` has room for INSTALLATION_PATH_MAX; after a failure it holds where was looked, if that is known. */
llmb_status installation_home(const llmb_settings *settings, char *home, llmb_error *error);

/* The path of a part below home into out (INSTALLATION_PATH_MAX), false if it is in none of its folders. */
bool installation_find(const char *home, enum installation_kind kind, const char *name, char *out);

/* An absolute form of the path in `out` (INSTALLATION_PATH_MAX): engine and keeper run in another working folder. */
llmb_status path_make_absolute(const char *path, char *out);

#endif
