// The native library: where it is, and its functions as koffi sees them. A pointer is a bigint.

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import koffi from 'koffi';

const ABI_VERSION = 1;
const LIBRARY = 'libllmbridge.so.1'; // the name that its helpers, too, look for

export const NEVER = 0xffffffffffffffffn;
export const LOOK_MS = 100; // what Node cannot interrupt lasts no longer
export { Status } from './statuses.js';

/** LLMBRIDGE_LIBRARY, else beside this package, else a name for the loader. */
function findLibrary() {
  if (process.env.LLMBRIDGE_LIBRARY) return process.env.LLMBRIDGE_LIBRARY;
  const beside = ['../native/lib/', '../'].map(folder => fileURLToPath(new URL(folder + LIBRARY, import.meta.url)));
  return beside.find(existsSync) ?? LIBRARY;
}

const errorType = koffi.struct({
  struct_size: 'uint32_t', status: 'int32_t', os_code: 'int32_t', exit_kind: 'int32_t', exit_value: 'int32_t',
  phase: 'uint32_t', retry_safe: 'uint32_t', attempts: 'uint32_t', elapsed_ms: 'double',
  engine: koffi.array('char', 32), message: koffi.array('char', 512), engine_log: koffi.array('char', 2048),
});

const resultType = koffi.struct({
  struct_size: 'uint32_t', finish_reason: 'uint32_t', fallback: 'uint32_t', attempts: 'uint32_t',
  prompt_tokens: 'uint64_t', completion_tokens: 'uint64_t', queue_ms: 'double', start_ms: 'double',
  first_token_ms: 'double', total_ms: 'double', engine: koffi.array('char', 32, 'String'),
});

const DECLARATIONS = {
  abiVersion: 'uint32_t llmb_abi_version()',
  settingsJson: 'const char *llmb_settings_json()',
  finishReasonName: 'const char *llmb_finish_reason_name(uint32_t reason)',
  errorToJson: 'int32_t llmb_error_to_json(const void *error, _Out_ void **out_json)',
  deadlineAfterMs: 'uint64_t llmb_deadline_after_ms(uint64_t milliseconds)',
  free: 'void llmb_free(void *pointer)',
  settingsCreate: 'int32_t llmb_settings_create(_Out_ void **out_settings, void *error)',
  settingsSet: 'int32_t llmb_settings_set(void *settings, const char *name, const char *value, void *error)',
  settingsClose: 'void llmb_settings_close(void *settings)',
  bridgeOpen: 'int32_t llmb_bridge_open(void *settings, _Out_ void **out_bridge, void *error)',
  bridgeStart: 'int32_t llmb_bridge_start(void *bridge, uint64_t deadline, void *error)',
  bridgeInfo: 'int32_t llmb_bridge_info(void *bridge, _Out_ void **out_json, void *error)',
  bridgeWorkerPid: 'int32_t llmb_bridge_worker_pid(void *bridge, _Out_ int64_t *out_pid)',
  bridgeClose: 'void llmb_bridge_close(void *bridge)',
  statsInit: 'void llmb_stats_init(void *stats)',
  bridgeStats: 'int32_t llmb_bridge_stats(void *bridge, void *stats, void *error)',
  statsBucketMs: 'double llmb_stats_bucket_ms(uint32_t bucket)',
  bridgeEvents: 'int32_t llmb_bridge_events(void *bridge, uint64_t after, void *events, uint32_t capacity, _Out_ uint32_t *count, void *error)',
  workerStateName: 'const char *llmb_worker_state_name(uint32_t state)',
  eventKindName: 'const char *llmb_event_kind_name(uint32_t kind)',
  statusName: 'const char *llmb_status_name(int32_t status)',
  pumpWait: 'int32_t llmb_pump_wait(void *bridge, void *tokens, uint32_t capacity, uint64_t deadline, _Out_ uint32_t *count, void *error)',
  pumpWake: 'int32_t llmb_pump_wake(void *bridge)',
  callStart: 'int32_t llmb_call_start(void *bridge, const void *prompt, uint64_t size, void *settings, _Out_ void **out_call, void *error)',
  embedStart: 'int32_t llmb_embed_start(void *bridge, const void *texts, const void *sizes, uint32_t count, void *settings, _Out_ void **out_call, void *error)',
  countTokensStart: 'int32_t llmb_count_tokens_start(void *bridge, const void *text, uint64_t size, _Out_ void **out_call, void *error)',
  tokenizeStart: 'int32_t llmb_tokenize_start(void *bridge, const void *text, uint64_t size, void *settings, _Out_ void **out_call, void *error)',
  detokenizeStart: 'int32_t llmb_detokenize_start(void *bridge, const void *tokens, uint64_t count, void *settings, _Out_ void **out_call, void *error)',
  invokeStart: 'int32_t llmb_invoke_start(void *bridge, const char *method, const void *params, uint64_t size, void *settings, _Out_ void **out_call, void *error)',
  callRead: 'int32_t llmb_call_read(void *call, void *buffer, uint64_t capacity, uint64_t deadline, _Out_ uint64_t *size, void *error)',
  callReadVector: 'int32_t llmb_call_read_vector(void *call, void *buffer, uint64_t capacity, uint64_t deadline, _Out_ uint64_t *dimension, void *error)',
  callWatch: 'int32_t llmb_call_watch(void *call, uint64_t token, void *error)',
  callCancel: 'int32_t llmb_call_cancel(void *call)',
  callFinish: 'int32_t llmb_call_finish(void *call, uint64_t deadline, void *result, void *error)',
  callDetails: 'int32_t llmb_call_details(void *call, _Out_ void **out_json)',
  callLogprobs: 'int32_t llmb_call_logprobs(void *call, _Out_ void **out_json)',
  callToolCalls: 'int32_t llmb_call_tool_calls(void *call, _Out_ void **out_json)',
  callReasoning: 'int32_t llmb_call_reasoning(void *call, _Out_ void **out_text)',
  callClose: 'void llmb_call_close(void *call)',
};

function open(path) {
  try {
    return koffi.load(path);
  } catch (cause) {
    throw new Error(`cannot load ${path} (LLMBRIDGE_LIBRARY names the library's file)`, { cause });
  }
}

function load() {
  const path = findLibrary();
  const loaded = open(path);
  const found = Object.fromEntries(Object.entries(DECLARATIONS).map(([name, text]) => [name, loaded.func(text)]));
  const version = found.abiVersion();
  if (version !== ABI_VERSION) throw new Error(`${path} has ABI ${version}, this package needs ${ABI_VERSION}`);
  return found;
}

let functions;

/** The library's functions, loaded at first use. */
export function library() {
  return (functions ??= load());
}

function sized(type) {
  const buffer = Buffer.alloc(koffi.sizeof(type));
  buffer.writeUInt32LE(buffer.length);
  return buffer;
}

export const newError = () => sized(errorType);
export const newResult = () => sized(resultType);
export const decodeResult = buffer => koffi.decode(buffer, resultType);
export const addressOf = buffer => (buffer.length === 0 ? 0n : koffi.address(buffer));

/** The text that the library allocated for its caller, which is freed. */
export function takeText(pointer) {
  try {
    return koffi.decode.string(pointer);
  } finally {
    library().free(pointer);
  }
}
