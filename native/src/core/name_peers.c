#include "core/name_peers.h"

#include <stdbool.h>
#include <stddef.h>

struct peer {
  const char *name; /* small letters alone */
  const char *text; /* the setting, or the advice */
};

static const struct peer peers[] = {
    {"backend", "engine"},
    {"provider", "engine"},
    {"modelpath", "model"},
    {"modelfile", "model"},
    {"modelname", "model"},
    {"modelid", "model"},
    {"gguf", "model"},
    {"nctx", "context"},
    {"numctx", "context"},
    {"ctx", "context"},
    {"ctxsize", "context"},
    {"contextsize", "context"},
    {"contextlength", "context"},
    {"contextwindow", "context"},
    {"maxcontext", "context"},
    {"maxcontextlength", "context"},
    {"maxmodellen", "context"},
    {"maxseqlen", "context"},
    {"numpredict", "max_tokens"},
    {"npredict", "max_tokens"},
    {"maxnewtokens", "max_tokens"},
    {"maxcompletiontokens", "max_tokens"},
    {"maxoutputtokens", "max_tokens"},
    {"maxtokenstosample", "max_tokens"},
    {"maxgenlen", "max_tokens"},
    {"maxlength", "max_tokens"},
    {"ntokens", "max_tokens"},
    {"numtokens", "max_tokens"},
    {"ngpulayers", "gpu_layers"},
    {"numgpulayers", "gpu_layers"},
    {"numgpu", "gpu_layers"},
    {"ngl", "gpu_layers"},
    {"gpu", "gpu_layers"},
    {"nthreads", "threads"},
    {"numthread", "threads"},
    {"numthreads", "threads"},
    {"nthreadsbatch", "threads"},
    {"threadsbatch", "threads"},
    {"cputhreads", "threads"},
    {"nparallel", "slots"},
    {"numparallel", "slots"},
    {"parallel", "slots"},
    {"nseqmax", "slots"},
    {"maxnumseqs", "slots"},
    {"maxbatchsize", "slots"},
    {"concurrency", "slots"},
    {"maxconcurrency", "slots"},
    {"processes", "workers"},
    {"numworkers", "workers"},
    {"replicas", "workers"},
    {"maxqueue", "queue"},
    {"queuesize", "queue"},
    {"temp", "temperature"},
    {"repetitionpenalty", "repeat_penalty"},
    {"penaltyrepeat", "repeat_penalty"},
    {"rngseed", "seed"},
    {"randomseed", "seed"},
    {"stopsequence", "stop"},
    {"stopsequences", "stop"},
    {"stopstrings", "stop"},
    {"stopwords", "stop"},
    {"stoptokens", "stop"},
    {"antiprompt", "stop"},
    {"reverseprompt", "stop"},
    {"systemprompt", "system"},
    {"systemmessage", "system"},
    {"systeminstruction", "system"},
    {"instructions", "system"},
    {"conversation", "messages"},
    {"chathistory", "messages"},
    {"history", "messages"},
    {"chatformat", "prompt_format"},
    {"template", "chat_template"},
    {"responseformat", "expect"},
    {"format", "expect"},
    {"jsonmode", "expect"},
    {"poolingtype", "pooling"},
    {"embdnormalize", "normalize"},
    {"requesttimeout", "timeout_ms"},
    {"timeoutseconds", "timeout_ms"},
    {"deadline", "timeout_ms"},
    {"keepalive", "idle_ms"},
    {"ttl", "idle_ms"},
    {"maxretries", "retries"},
    {"numretries", "retries"},
    {"loglevel", "log"},
    {"verbose", "log"},
    {"verbosity", "log"},
    {"logfilename", "log_file"},
    {"env", "environment"},
    {"promptcachekey", "cache_scope"},
    {"functions", "tools"},
    {"functioncall", "tool_choice"},
    {"enablethinking", "thinking"},
    {"cacheprompt", "prefix_reuse"},
    {"cachereuse", "prefix_reuse"},
};

static const char STREAM[] = "whether an answer comes in pieces is not set: read it in pieces";

static const struct peer without_setting[] = {
    {"stream", STREAM},
    {"streaming", STREAM},
    {"streamoptions", STREAM},
};

/* Whether a name, but for capitals, hyphens and underscores, is this one. */
static bool is_meant(const char *name, const char *plain) {
  for (;; name++) {
    if (*name == '-' || *name == '_') continue;
    const char letter = *name >= 'A' && *name <= 'Z' ? (char)(*name - 'A' + 'a') : *name;
    if (letter != *plain) return false;
    if (letter == '\0') return true;
    plain++;
  }
}

static const char *peer_text(const struct peer *table, size_t count, const char *name) {
  for (size_t i = 0; i < count; i++) {
    if (is_meant(name, table[i].name)) return table[i].text;
  }
  return NULL;
}

const char *name_peer_setting(const char *name) {
  return peer_text(peers, sizeof peers / sizeof peers[0], name);
}

const char *name_peer_advice(const char *name) {
  return peer_text(without_setting, sizeof without_setting / sizeof without_setting[0], name);
}
