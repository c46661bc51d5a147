/* Frames on their way to the host. */
#ifndef LLMB_ENGINE_SEND_H
#define LLMB_ENGINE_SEND_H

#include "channel/engine_channel.h"

/* Who waits for a frame. */
enum engine_frame_news {
  ENGINE_NO_NEWS,   /* nobody: it is there for whoever looks after a death */
  ENGINE_PART_NEWS, /* readers that take an answer as it comes */
  ENGINE_END_NEWS
};

/* Rings the host if it sleeps on this slot, whatever it sleeps for. */
void engine_ring_host(struct llmb_request *request);

/* Writes one frame; what does not fit into the ring goes to the backlog. */
llmb_status engine_send_frame(struct llmb_request *request, uint32_t type, const void *first, uint64_t first_size,
                              const void *second, uint64_t second_size, enum engine_frame_news news);

/* Moves what it can from the backlog to the ring. */
void engine_flush_backlog(struct llmb_request *request);

#endif
