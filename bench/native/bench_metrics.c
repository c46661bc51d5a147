/* The table of metrics, with the targets they are held to. */
#include "bench_metric.h"

const struct bench_metric bench_metrics[] = {
    /* First, while this process is still as it began. */
    {"host_memory", "KiB", NULL, BENCH_VALUE_AT_MOST, 1024, .seconds = 3, .rounds_min = 1,
     .measure = measure_host_memory},
    {"keeper_memory", "KiB", NULL, BENCH_VALUE_AT_MOST, 1536, .seconds = 1, .rounds_min = 1,
     .measure = measure_keeper_memory},
    {"warm_call", "us", "pipe ping-pong, 64 B", BENCH_RATIO_AT_MOST, 0.25, .seconds = 12, .rounds_min = 5,
     .measure = measure_warm_call},
    {"warm_call_idle", "us", "pipe ping-pong after 2 ms", BENCH_RATIO_AT_MOST, 1.4, .ratio_p99_at_most = 2,
     .seconds = 18, .rounds_min = 5, .measure = measure_warm_call_idle},
    {"spawn_keeper", "us", "posix_spawn + wait", BENCH_RATIO_AT_MOST, 1.3, .seconds = 10, .rounds_min = 5,
     .measure = measure_spawn_keeper},
    {"oneshot_call", "us", "posix_spawn + wait", BENCH_RATIO_AT_MOST, 1.3, .seconds = 8, .rounds_min = 5,
     .measure = measure_oneshot_call},
    {"oneshot_call_large_host", "us", "oneshot_call", BENCH_RATIO_AT_MOST, 1.1, .seconds = 8, .rounds_min = 3,
     .measure = measure_oneshot_call_large_host},
    {"batch_1000", "us", "warm_call, each", BENCH_RATIO_AT_MOST, 0.2, .seconds = 6, .rounds_min = 5,
     .measure = measure_batch},
    {"payload_1mib", "us", "memcpy of 1 MiB twice", BENCH_RATIO_AT_MOST, 4, .seconds = 10, .rounds_min = 3,
     .measure = measure_payload},
    {"concurrent_8", "calls/s", "8 x one thread", BENCH_RATIO_AT_LEAST, 0.9, .seconds = 12, .rounds_min = 3,
     .measure = measure_concurrent},
    {"stream_token", "us", NULL, BENCH_VALUE_AT_MOST, 3, .seconds = 6, .rounds_min = 5,
     .measure = measure_stream_token},
    {"cold_start", "ms", "in-process load + 1 token", BENCH_ADDS_AT_MOST, 15, .seconds = 18, .rounds_min = 3,
     .measure = measure_cold_start},
    {"recover", "ms", "cold start, keeper running", BENCH_RATIO_AT_MOST, 1.2, .seconds = 18, .rounds_min = 3,
     .measure = measure_recover},
    {"llama_one_token", "us", "libllama in-process", BENCH_ADDS_AT_MOST, 25, .seconds = 15, .rounds_min = 3,
     .measure = measure_llama_one_token},
    {"llama_tokens_per_s", "tokens/s", "libllama in-process", BENCH_RATIO_AT_LEAST, 0.98, .seconds = 24,
     .rounds_min = 3, .measure = measure_llama_tokens_per_s},
    {"llama_tokens_per_s_8", "tokens/s", "libllama, batch of 8", BENCH_RATIO_AT_LEAST, 0.95, .seconds = 24,
     .rounds_min = 3, .measure = measure_llama_tokens_per_s_8},
};
const unsigned bench_metric_count = sizeof bench_metrics / sizeof bench_metrics[0];
