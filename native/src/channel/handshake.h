/* Messages between host and engine, in the order they come.
 *
 * The host's go through a socket of which its end can only send; it sends OPEN and BELLS before the engine is even
 * started. What comes after them is the engine's bell: one byte a ring. The engine's messages go through the post that
 * OPEN brings (platform/os_post.h). So neither side ever gets a descriptor from an engine, nor has a file in common
 * with it whose flags it could change. */
#ifndef LLMB_HANDSHAKE_H
#define LLMB_HANDSHAKE_H

#include <stdint.h>

enum handshake_type {
  /* host to engine */
  HANDSHAKE_OPEN = 1,  /* struct handshake_open, settings pairs; descriptors: region, post, bell of all slots */
  HANDSHAKE_BELLS = 2, /* struct handshake_bells; descriptors: the bells of some slots */
  /* server to shared engine, in place of the two */
  HANDSHAKE_OPEN_SHARED = 3, /* struct handshake_open, settings pairs; descriptor: post. Its region_size is 0 */
  HANDSHAKE_CLIENT = 4,      /* struct handshake_client; descriptors: region, the client's rings, bell of all slots for
                                their callers, and for its pump */
  /* engine to host */
  HANDSHAKE_HELLO = 16,      /* struct handshake_hello */
  HANDSHAKE_READY = 17,      /* struct handshake_text, JSON: requests may come */
  HANDSHAKE_REFUSED = 18,    /* struct handshake_text, message: it cannot start */
  HANDSHAKE_LAST_WORDS = 19, /* struct handshake_text, message: it is about to die */
  HANDSHAKE_RETIRING = 20,   /* struct handshake_text, empty: it accepts nothing more and will exit */
  HANDSHAKE_EXPELLED = 21    /* struct handshake_expelled, of a shared engine: a client broke the protocol */
};

struct handshake_open {
  uint32_t type;
  uint32_t protocol_version;
  uint32_t slot_count;
  uint32_t settings_size;
  uint64_t region_size;
};

struct handshake_bells {
  uint32_t type;
  uint32_t first_slot;
  uint32_t count;
};

struct handshake_client {
  uint32_t type;
  uint32_t number; /* never used twice */
  uint32_t place;  /* in the keeper's page: the client is there as long as its number stands there */
  uint32_t slot_count;
  uint64_t region_size;
};

struct handshake_expelled {
  uint32_t type;
  uint32_t number;
  int32_t status;
};

enum { HANDSHAKE_LAYERS_SHIFT = 8 };

enum { HANDSHAKE_NAME_SIZE = 32, HANDSHAKE_VERSION_SIZE = 96 };

struct handshake_hello {
  uint32_t type;
  uint32_t protocol_version;
  char name[HANDSHAKE_NAME_SIZE];
  char version[HANDSHAKE_VERSION_SIZE];
};

struct handshake_text {
  uint32_t type;
  int32_t status; /* of REFUSED: why; of READY: llmb_engine_ability bits and, shifted, os_confine_layer bits */
  uint32_t size;  /* bytes of text that follow */
};

#endif
