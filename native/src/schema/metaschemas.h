/* The metaschemas of draft 7 and 2020-12, so that a reference to them needs no network. */
#ifndef LLMB_SCHEMA_METASCHEMAS_H
#define LLMB_SCHEMA_METASCHEMAS_H

/* The text of the metaschema with this URI (without a fragment), or NULL; *out_uri is the URI as a static text. */
const char *metaschema_text(const char *uri, const char **out_uri);

#endif
