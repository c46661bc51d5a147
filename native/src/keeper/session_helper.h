/* The keeper's fourth role: a process that keeps a session's turn for one call of its host (session_protocol.h). It may
 * wait for locks and disks, since nobody waits for it but that call, whose deadline is the call's own. */
#ifndef LLMB_SESSION_HELPER_H
#define LLMB_SESSION_HELPER_H

/* The process's exit status. */
int session_helper_main(void);

#endif
