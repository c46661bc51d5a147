/* The server behind the engine http: conformance_server.py, which ends with the process that started it. */
#ifndef LLMB_TESTS_CONFORMANCE_SERVER_H
#define LLMB_TESTS_CONFORMANCE_SERVER_H

/* Starts it; to be called before anything is marked, once. */
void server_start(void);

/* Its address. */
const char *server_url(void);

#endif
