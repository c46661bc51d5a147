/**
 * The engine SDK: the engine's half of the channel, for programs that answer calls.
 *
 * An engine runs in a process that the keeper starts, connects with llmb_engine_connect, loads its model, says ready,
 * and then serves requests from one thread: take new ones with llmb_engine_next, accept each before working on it,
 * write pieces of text, and end each with done or fail. `llmbridge-engine` does the connecting for modules: shared
 * libraries that export llmb_engine_module_main.
 */
#ifndef LLMBRIDGE_ENGINE_H
#define LLMBRIDGE_ENGINE_H

#include "call.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The connection of this engine to its host. */
typedef struct llmb_engine llmb_engine;

/** One call as the engine sees it. Valid until llmb_request_done or llmb_request_fail returns. */
typedef struct llmb_request llmb_request;

/** What a request asks for. */
enum llmb_request_kind {
  LLMB_REQUEST_GENERATE = 1,  /**< Text from a prompt. */
  LLMB_REQUEST_EMBED = 2,     /**< A vector from a text. */
  LLMB_REQUEST_TOKENS = 3,    /**< How many tokens a text has. */
  LLMB_REQUEST_INVOKE = 4,    /**< Any method: item 0 is its name, item 1, if there is one, its parameters as JSON. The
                                   answer's text is the result as JSON. */
  LLMB_REQUEST_TOKENIZE = 5,  /**< The tokens of a text: the answer's text is a JSON array of their numbers. */
  LLMB_REQUEST_DETOKENIZE = 6 /**< The text of tokens, of which the input is a JSON array. */
};

/** What an engine can do for a call whose engine has died; bits for llmb_engine_declare. */
enum llmb_engine_ability {
  LLMB_ENGINE_REPEATS = 1, /**< A request that was begun elsewhere may be begun anew: nothing happens twice by it. */
  LLMB_ENGINE_RESUMES = 2, /**< The same, and an interrupted answer is continued from its tokens. */
  LLMB_ENGINE_ACTS = 4     /**< What it does for a request may have effects elsewhere: no error of a request that it
                                accepted says that a retry is safe, but for the one that its program could not be
                                started: LLMB_E_NOT_FOUND or LLMB_E_SPAWN_FAILED in LLMB_PHASE_START. */
};

/** How far an engine held an answer to what was asked of it (grammar, json_schema) while it made it. */
enum llmb_constrained {
  LLMB_CONSTRAINED_NONE = 0,    /**< Not at all: the answer is only checked. */
  LLMB_CONSTRAINED_PARTIAL = 1, /**< In part: what no grammar holds is only checked. */
  LLMB_CONSTRAINED_FULL = 2     /**< Wholly. */
};

/** Text that is not the answer's own, for llmb_request_write_aside. */
enum llmb_aside {
  LLMB_ASIDE_REASONING = 1, /**< What the model thought before its answer. */
  LLMB_ASIDE_TOOL_CALLS = 2 /**< A JSON array of {"id", "name", "arguments"}, arguments an object; the request then ends
                                 with LLMB_FINISH_TOOL_CALLS. */
};

/** Whether calls of tools were looked for in what a model said. */
enum llmb_tool_parse {
  LLMB_TOOL_PARSE_NONE = 0,   /**< No. */
  LLMB_TOOL_PARSE_PARSED = 1, /**< Yes: what it called is aside, or it called nothing. */
  LLMB_TOOL_PARSE_FAILED = 2  /**< They could not be read: all that was said is in the answer's text. */
};

/** What an engine reports of a finished request. */
typedef struct llmb_usage {
  uint32_t struct_size;          /**< sizeof(llmb_usage) as the engine was compiled. */
  uint32_t finish_reason;        /**< One of llmb_finish_reason. */
  uint64_t prompt_tokens;        /**< Tokens of the prompt. */
  uint64_t completion_tokens;    /**< Tokens of the answer. */
  uint64_t cached_prompt_tokens; /**< Of the prompt's, those that the engine still knew from a call before and did not
                                      read again. */
  uint64_t replaced;             /**< How often bytes of the answer that were no UTF-8 were replaced by U+FFFD. */
  uint64_t constrained;          /**< One of llmb_constrained. */
  uint64_t origin_lost;          /**< 1 when the request came with an origin (llmb_request_origin) and could not be
                                      continued from it. */
  uint64_t tool_parse;           /**< One of llmb_tool_parse. */
} llmb_usage;

/** The entry of an engine module: load, say ready, serve until llmb_engine_next says the host is gone; return the exit
 * status of the process. */
typedef int32_t (*llmb_engine_module_main_fn)(llmb_engine *engine);

/** Connects to the host that had this process started, and starts the thread that ends the process with its keeper.
 * @param name     the engine's name, such as "llama".
 * @param version  the engine's own version, for information.
 * Errors:  LLMB_E_NOT_FOUND when this process was not started by a keeper, LLMB_E_PROTOCOL_ERROR. */
LLMB_API llmb_status llmb_engine_connect(const char *name, const char *version, llmb_engine **out_engine,
                                         llmb_error *out_error);

/** The value of a bridge setting, as text; its default where it was not set, NULL if there is neither. Owned by the
 * engine until it closes. */
LLMB_API const char *llmb_engine_setting(const llmb_engine *engine, const char *name);

/** 1 when this engine runs in a thread of its host (isolation=inproc): nothing is printed then, and nothing
 * process-wide changed that can be left alone. */
LLMB_API uint32_t llmb_engine_in_process(const llmb_engine *engine);

/** Says that loading goes on, and how far it is, from 0 to 1000. Any thread. */
LLMB_API void llmb_engine_loading(llmb_engine *engine, uint32_t permille);

/** Gives up, for good, what this process does not need to read a model: after it only the system's libraries, the
 * engine's own folder and the paths given can be read, nothing can be written or executed, no core is dumped, and other
 * processes and the kernel's dangerous parts are out of reach. For programs of any runtime: threads, memory and
 * sockets are left. To be called before anything of a stranger's is opened. Does nothing where the setting `sandbox` is
 * off. docs/security.md lists what is refused.
 * @param readable_paths  NULL at the end.
 * Errors:  LLMB_E_UNSUPPORTED where `sandbox` is required and this system cannot do it. */
LLMB_API llmb_status llmb_engine_confine_files(llmb_engine *engine, const char *const *readable_paths,
                                               llmb_error *out_error);

/** Gives up, for good, what this process does not need to serve: no program, process, thread, file or socket can be
 * opened after it. To be called when the model is loaded and all threads are started, before llmb_engine_ready.
 * Errors:  as for llmb_engine_confine_files. */
LLMB_API llmb_status llmb_engine_confine_calls(llmb_engine *engine, llmb_error *out_error);

/** How much an engine keeps, for llmb_engine_confine_profile. What each may still do is listed in docs/security.md. */
enum llmb_engine_profile {
  LLMB_PROFILE_LOAD = 1,         /**< Files named and memory can be read, threads started; no other process, no socket,
                                      no descriptor sent away. The limits, privileges and files of
                                      llmb_engine_confine_files included, and the capabilities of a root engine. */
  LLMB_PROFILE_SERVE = 2,        /**< After LLMB_PROFILE_LOAD: computing, private memory, and what is open already. */
  LLMB_PROFILE_SERVE_SHARED = 3, /**< The same for an engine that takes in new hosts: their descriptors and regions. */
  LLMB_PROFILE_OWN_SIGNALS = 256 /**< Added to one of them: it may send itself every signal, for engines that die in
                                      tests. Otherwise SIGABRT only. */
};

/** Gives up everything but what is listed for a profile: for engines in C or C++, whose needs are known. Narrower than
 * llmb_engine_confine_files and llmb_engine_confine_calls, which it replaces: LLMB_PROFILE_LOAD before anything of a
 * stranger's is opened, LLMB_PROFILE_SERVE when all is loaded and all threads are started, before llmb_engine_ready.
 * Does nothing where the setting `sandbox` is off.
 * @param profile         one of llmb_engine_profile.
 * @param readable_paths  for LLMB_PROFILE_LOAD, NULL at the end; NULL is none.
 * Errors:  LLMB_E_UNSUPPORTED where `sandbox` is required and this system cannot do it, LLMB_E_INVALID_ARGUMENT. */
LLMB_API llmb_status llmb_engine_confine_profile(llmb_engine *engine, uint32_t profile,
                                                 const char *const *readable_paths, llmb_error *out_error);

/** Says what this engine can do, before it is ready: bits of llmb_engine_ability. Without it nothing is repeated that
 * was accepted once. */
LLMB_API void llmb_engine_declare(llmb_engine *engine, uint32_t abilities);

/** Says that requests can come.
 * @param info_json  what the engine says of itself and its model: one JSON object of at most 16 KiB. */
LLMB_API llmb_status llmb_engine_ready(llmb_engine *engine, const char *info_json, llmb_error *out_error);

/** Says why this engine cannot start; the process should then exit. The message reaches every caller that waits. */
LLMB_API void llmb_engine_refuse(llmb_engine *engine, llmb_status status, const char *message);

/** Tells the host why this process is about to die. Safe in an abort hook: takes no lock and allocates nothing. */
LLMB_API void llmb_engine_last_words(llmb_engine *engine, const char *message);

/** Takes the next new request; sends what waits to be sent meanwhile.
 * @param out_request  NULL with LLMB_OK when none came before deadline_ns (0 only looks), and also when the host did
 *                     something that requests in progress should look at: made room for their pieces, cancelled one.
 * Errors:  LLMB_E_UNAVAILABLE when the host is gone, or nothing was asked for idle_ms: time to exit with status 0. */
LLMB_API llmb_status llmb_engine_next(llmb_engine *engine, uint64_t deadline_ns, llmb_request **out_request);

/** Makes llmb_engine_next also return, without a request, whenever this descriptor is readable: for engines that wait
 * for others, such as programs they run. One descriptor (an epoll descriptor stands for many); -1 takes it back. */
LLMB_API void llmb_engine_watch(llmb_engine *engine, int32_t descriptor);

/** Ends the connection. NULL is fine. */
LLMB_API void llmb_engine_close(llmb_engine *engine);

/** What is asked: one of llmb_request_kind. */
LLMB_API uint32_t llmb_request_kind(const llmb_request *request);

/** The prompt or text: UTF-8, *out_size bytes, followed by a NUL. Of a request with several items the first. Owned by
 * the request. */
LLMB_API const char *llmb_request_input(const llmb_request *request, uint64_t *out_size);

/** How many texts the request brings: 1, or more for LLMB_REQUEST_EMBED and LLMB_REQUEST_INVOKE. */
LLMB_API uint32_t llmb_request_item_count(const llmb_request *request);

/** One of the request's texts, like llmb_request_input; NULL if there is no such. Quick when asked for in order. */
LLMB_API const char *llmb_request_item(llmb_request *request, uint32_t index, uint64_t *out_size);

/** The value of a call setting, as text; its default where it was not set, NULL if there is neither. */
LLMB_API const char *llmb_request_setting(const llmb_request *request, const char *name);

/** The name of one of the call settings that were set by the host, counted from 0, and its value; NULL if there are no
 * more. What was not set has its default, and is not among them. */
LLMB_API const char *llmb_request_setting_given(const llmb_request *request, uint32_t index, const char **out_value);

/** The number of the slot the request came in: 0 to slots - 1, unique among the requests in flight. */
LLMB_API uint32_t llmb_request_slot(const llmb_request *request);

/** The time by which the request must have ended, on llmb_clock_ns. */
LLMB_API uint64_t llmb_request_deadline(const llmb_request *request);

/** What another engine had produced of this answer before it died: tokens to be produced again one by one, without
 * sampling, and how many bytes of the text the host already has and must not get again. NULL and 0 for a fresh
 * request. */
LLMB_API const int32_t *llmb_request_resume(const llmb_request *request, uint64_t *out_count, uint64_t *out_text_size);

/** What another engine had last said by llmb_request_write_origin before it died. NULL and 0 if it said nothing. It is
 * to be checked like anything of a stranger's: that engine may have been another one. */
LLMB_API const int32_t *llmb_request_origin(const llmb_request *request, uint32_t *out_count);

/** Says how many of those tokens are produced again: 0 at first, then each number. Should the engine die before all of
 * them are, that says nothing against the request: it was not yet where the other engine died. */
LLMB_API void llmb_request_replayed(llmb_request *request, uint64_t count);

/** Says that work on the request begins: from here on it may have effects. */
LLMB_API llmb_status llmb_request_accept(llmb_request *request);

/** 1 when the host no longer wants the answer or the deadline has passed. Any thread, also in an abort callback. */
LLMB_API uint32_t llmb_request_cancelled(const llmb_request *request);

/** Says that work on the request goes on; without this or a piece within the stall limit it counts as hung. Any
 * thread. */
LLMB_API void llmb_request_progress(llmb_request *request);

/** Adds a piece to the answer. It may end inside a UTF-8 character.
 * Errors:  LLMB_E_NOT_READY when the host reads too slowly and too much waits: nothing was taken, try again later. */
LLMB_API llmb_status llmb_request_write(llmb_request *request, const char *text, uint64_t size);

/** Adds text beside the answer, in one piece or several; they may end inside a UTF-8 character. An engine that
 * continues an answer says it again from the beginning.
 * @param kind  one of llmb_aside.
 * Errors:  LLMB_E_NOT_READY as for llmb_request_write. */
LLMB_API llmb_status llmb_request_write_aside(llmb_request *request, uint32_t kind, const char *text, uint64_t size);

/** Records tokens just produced (at most 1024), before the piece that has their text, so that another engine can go on
 * if this one dies. For engines that declare LLMB_ENGINE_RESUMES. */
LLMB_API llmb_status llmb_request_write_tokens(llmb_request *request, const int32_t *tokens, uint32_t count);

/** Says, in words of the engine's own, what an engine must know to compute the very same answer where that does not
 * follow from the request: 1 to 8192 words, in place of those that were said before. For engines that declare
 * LLMB_ENGINE_RESUMES. */
LLMB_API llmb_status llmb_request_write_origin(llmb_request *request, const int32_t *words, uint32_t count);

/** Says how probable tokens of the answer were, for a call with the setting `logprobs`; behind
 * llmb_request_write_tokens of these tokens, and again for tokens that are produced again.
 * @param json  one object for each token, with commas between them: {"token": its text, "logprob": number,
 *              "top_logprobs": [objects like it of the likeliest tokens]}; `id`, and `bytes`, where the token is not
 *              UTF-8 by itself, are optional. What is none of this fails the call and ends the engine.
 * Errors:  LLMB_E_OUTPUT_TOO_LARGE when it comes to more than 32 MiB for the whole answer. */
LLMB_API llmb_status llmb_request_write_logprobs(llmb_request *request, const char *json, uint64_t size);

/** Adds the vector of the next item to the answer: one for each item, in order, all of one dimension.
 * Errors:  LLMB_E_NOT_READY as for llmb_request_write. */
LLMB_API llmb_status llmb_request_write_vector(llmb_request *request, const float *vector, uint64_t dimension);

/** Puts bytes into the channel as they are, frame or not: for engines that test how hosts bear a liar. A real engine
 * has no use for it. Errors:  LLMB_E_NOT_READY when there is no room for all of them. */
LLMB_API llmb_status llmb_request_write_raw(llmb_request *request, const void *bytes, uint64_t size);

/** 1 when nothing waits to be sent: an engine that shares its time stops working for requests that say 0. */
LLMB_API uint32_t llmb_request_writable(const llmb_request *request);

/** Waits until all that was written is in the host's hands, the request is cancelled or deadline_ns passes
 * (LLMB_E_NOT_READY). For engines that serve one request at a time. */
LLMB_API llmb_status llmb_request_flush(llmb_request *request, uint64_t deadline_ns);

/** Ends the request with success and frees it; what waits is still sent by llmb_engine_next. */
LLMB_API llmb_status llmb_request_done(llmb_request *request, const llmb_usage *usage);

/** Ends the request with a failure and frees it.
 * @param phase  one of llmb_phase: what the engine was doing. */
LLMB_API llmb_status llmb_request_fail(llmb_request *request, llmb_status status, uint32_t phase, const char *message);

/** The same with all that is known: status, phase, message, how a program ended (exit_kind, exit_value), os_code, its
 * last words (engine_log). The other members are the host's to fill. */
LLMB_API llmb_status llmb_request_fail_with(llmb_request *request, const llmb_error *error);

#ifdef __cplusplus
}
#endif

#endif
