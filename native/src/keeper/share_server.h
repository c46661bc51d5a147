/* The keeper's second role: the server of one shared engine. It starts the engine as keepers do, and makes for each
 * client that connects the region, the bells and the rings by which client and engine then talk without it. */
#ifndef LLMB_SHARE_SERVER_H
#define LLMB_SHARE_SERVER_H

/* Serves until nobody needs it any more; the process's exit status. */
int share_server_main(void);

#endif
