// What a bridge has done and is doing, from the library's structs.

import koffi from 'koffi';
import { Status, library } from './library.js';

const BREAKERS = ['closed', 'open', 'half_open'];
const WORKER_NONE = 0;
const EVENTS_MAX = 128; // as many as a bridge remembers

const COUNTERS = [
  'calls_moved', 'calls_repeated', 'calls_resumed', 'prompt_tokens', 'completion_tokens', 'engines_started',
  'engines_ready', 'engines_retired', 'engines_crashed', 'engines_hung', 'engines_broken', 'engines_refused',
];

const workerType = koffi.struct({ state: 'uint32_t', calls: 'uint32_t', pid: 'int64_t', served: 'uint64_t', ready_ms: 'double' });

const statsType = koffi.struct({
  struct_size: 'uint32_t', breaker: 'uint32_t', calls_active: 'uint32_t', calls_queued: 'uint32_t',
  calls_started: 'uint64_t', calls_refused: 'uint64_t', calls_ended: koffi.array('uint64_t', 32, 'Array'),
  ...Object.fromEntries(COUNTERS.map(name => [name, 'uint64_t'])),
  total_ms_sum: 'double', first_token_ms_sum: 'double', total_ms: koffi.array('uint64_t', 28, 'Array'),
  first_token_ms: koffi.array('uint64_t', 28, 'Array'), workers: koffi.array(workerType, 64),
});

const eventType = koffi.struct({
  sequence: 'uint64_t', time_ns: 'uint64_t', kind: 'uint32_t', status: 'int32_t', pid: 'int64_t', exit_kind: 'int32_t',
  exit_value: 'int32_t', call_id: 'uint64_t', text: koffi.array('char', 192, 'String'),
});

const camel = name => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase());

const histogram = counts => counts.map((count, i) => ({ belowMs: library().statsBucketMs(i), calls: Number(count) })).filter(({ calls }) => calls > 0);

function endedByStatus(counts) {
  const named = counts.map((count, i) => [library().statusName(i === counts.length - 1 ? Status.INTERNAL : i), Number(count)]);
  return Object.fromEntries(named.filter(([, count]) => count > 0));
}

export function newStats() {
  const buffer = Buffer.alloc(koffi.sizeof(statsType));
  library().statsInit(buffer);
  return buffer;
}

export function decodeStats(buffer) {
  const found = koffi.decode(buffer, statsType);
  return {
    breaker: BREAKERS[found.breaker],
    callsActive: found.calls_active,
    callsQueued: found.calls_queued,
    callsStarted: Number(found.calls_started),
    callsRefused: Number(found.calls_refused),
    callsEnded: endedByStatus(found.calls_ended),
    ...Object.fromEntries(COUNTERS.map(name => [camel(name), Number(found[name])])),
    totalMsSum: found.total_ms_sum,
    firstTokenMsSum: found.first_token_ms_sum,
    totalMs: histogram(found.total_ms),
    firstTokenMs: histogram(found.first_token_ms),
    workers: found.workers.filter(({ state }) => state !== WORKER_NONE).map(worker => ({
      state: library().workerStateName(worker.state),
      calls: worker.calls,
      pid: Number(worker.pid),
      served: Number(worker.served),
      readyMs: worker.ready_ms,
    })),
  };
}

export const newEvents = () => ({ buffer: Buffer.alloc(koffi.sizeof(eventType) * EVENTS_MAX), capacity: EVENTS_MAX });

export function decodeEvents(buffer, count) {
  return koffi.decode(buffer, eventType, count).map(event => ({
    sequence: Number(event.sequence),
    timeNs: BigInt(event.time_ns),
    kind: library().eventKindName(event.kind),
    status: event.status === 0 ? null : library().statusName(event.status),
    pid: Number(event.pid),
    callId: Number(event.call_id),
    text: event.text,
  }));
}
