/* Where a shared engine's server lives: three files of its key in the folder of its user. Only the server touches them,
 * never a host.
 *
 *   KEY.live  locked by the server for life; never removed, or two could hold it
 *   KEY.sock  what clients connect to; only the holder of the lock makes and removes it
 *   KEY.json  who serves, for people and tools; written last, by rename */
#ifndef LLMB_SHARE_PLACE_H
#define LLMB_SHARE_PLACE_H

#include <sys/types.h>

#include "keeper/share_protocol.h"
#include "platform/os_handle.h"

struct share_place {
  char path[SHARE_FOLDER_SIZE]; /* of the folder */
  char key[SHARE_KEY_SIZE];
  int folder, lock;
  int watch;          /* readable when a file of the folder is removed */
  bool is_lost;       /* another holds the lock by now: this one ends when it is empty, and touches nothing more */
  os_handle listener; /* OS_HANDLE_NONE while there is none */
  dev_t device;       /* of KEY.sock, as this server made it */
  ino_t inode;
};

enum share_taking {
  SHARE_TAKING_MINE,
  SHARE_TAKING_OTHERS, /* somebody serves, or holds the lock */
  SHARE_TAKING_FAILED  /* errno says why */
};

/* Makes the folder where there is none, checks that it is its user's alone, and takes the lock; waits until deadline_ns
 * for a holder that cannot be connected to. */
enum share_taking share_place_take(struct share_place *place, const char *folder, const char *key,
                                   uint64_t deadline_ns);

/* Listens under a name of its own, then gives that the key's. False with errno. */
bool share_place_listen(struct share_place *place);

/* Something was removed from the folder, as cleaners of /tmp do: makes anew what was its own. True if it listens anew,
 * and the card is to be written again. */
bool share_place_mend(struct share_place *place);

/* Writes the card. */
bool share_place_publish(const struct share_place *place, const char *text, uint64_t size);

/* From here on nobody new can connect; those who did wait in the listener. */
void share_place_hide(struct share_place *place);

void share_place_stop_listening(struct share_place *place);

#endif
