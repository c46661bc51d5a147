/* What other programs that run models call the settings, for those who bring such a name along. */
#ifndef LLMB_CORE_NAME_PEERS_H
#define LLMB_CORE_NAME_PEERS_H

/* The setting that does what a name means elsewhere; capitals, hyphens and underscores do not count. NULL: no known
 * name. */
const char *name_peer_setting(const char *name);

/* What to do where there is no such setting, for names that mean something elsewhere and nothing here. NULL: no
 * advice. */
const char *name_peer_advice(const char *name);

#endif
