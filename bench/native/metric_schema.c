/* Answers held to a schema beside free ones, of the same model in the same engine; the validator beside the mere check
 * that a text is JSON. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_bridge.h"
#include "bench_llama.h"
#include "core/json_check.h"

enum { FIELDS = 20, RECORDS = 1000, CHECKS_A_ROUND = 10 };

/* Twenty required fields of the kinds that forms have. */
static char *make_schema(void) {
  static const char *const kinds[] = {"{\"type\":\"string\",\"minLength\":8,\"maxLength\":40}",
                                      "{\"type\":\"integer\",\"minimum\":0,\"maximum\":100000}",
                                      "{\"enum\":[\"small\",\"medium\",\"large\",\"unknown\"]}",
                                      "{\"type\":\"boolean\"}",
                                      "{\"type\":\"array\",\"items\":{\"type\":\"string\",\"maxLength\":16},"
                                      "\"minItems\":1,\"maxItems\":3}"};
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  fputs("{\"type\":\"object\",\"properties\":{", out);
  for (int i = 0; i < FIELDS; i++) fprintf(out, "%s\"field_%d\":%s", i > 0 ? "," : "", i, kinds[i % 5]);
  fputs("},\"required\":[", out);
  for (int i = 0; i < FIELDS; i++) fprintf(out, "%s\"field_%d\"", i > 0 ? "," : "", i);
  fputs("],\"additionalProperties\":false}", out);
  fclose(out);
  return text;
}

/* Tokens per second of one answer, its prompt included; 0 after noting a problem. */
static double answer_rate(struct bench_run *run, llmb_bridge *bridge, const char *const *pairs) {
  llmb_call *call = NULL;
  llmb_result result;
  llmb_error error;
  uint8_t piece[4096];
  uint64_t size = 1;
  llmb_result_init(&result);
  llmb_error_init(&error);
  const uint64_t begin_ns = llmb_clock_ns();
  llmb_status status = bench_call_start(bridge, BENCH_LLAMA_PROMPT, pairs, &call, &error);
  while (status == LLMB_OK && size > 0) {
    status = llmb_call_read(call, piece, sizeof piece, LLMB_NEVER, &size, &error);
  }
  if (status == LLMB_OK) status = llmb_call_finish(call, LLMB_NEVER, &result, &error);
  const double seconds = (double)(llmb_clock_ns() - begin_ns) / 1e9;
  llmb_call_close(call);
  if (status != LLMB_OK) bench_fail(run, "%s", error.message);
  return status == LLMB_OK ? (double)result.completion_tokens / seconds : 0;
}

enum bench_outcome measure_schema_tokens(struct bench_run *run) {
  const struct bench_model *model = &run->options->models.wide;
  llmb_bridge *bridge = NULL;
  char *schema = make_schema();
  static const char *const free_pairs[] = {"max_tokens", "200", NULL};
  const char *const held_pairs[] = {"json_schema", schema, "max_tokens", "1000", NULL};
  enum bench_outcome outcome = BENCH_FAILED;
  if (!bench_llama_present(run, model)) {
    free(schema);
    return BENCH_SKIPPED;
  }
  if (!bench_bridge_start(run, bench_llama_settings(run, model, "1", "200"), &bridge)) goto finish;
  for (bool warm = false; !warm || bench_run_next(run); warm = true) {
    const double free_rate = answer_rate(run, bridge, free_pairs);
    const double held_rate = answer_rate(run, bridge, held_pairs);
    if (free_rate <= 0 || held_rate <= 0) goto finish;
    if (!warm) continue;
    bench_samples_add(&run->result.baseline, free_rate);
    bench_samples_add(&run->result.values, held_rate);
  }
  outcome = BENCH_MEASURED;

finish:
  llmb_bridge_close(bridge);
  free(schema);
  return outcome;
}

/* An array of objects that keep the schema. */
static char *make_instance(size_t *out_size) {
  static const char *const values[] = {"\"some words of a field\"", "4711", "\"medium\"", "true", "[\"one\",\"two\"]"};
  char *text = NULL;
  FILE *out = open_memstream(&text, out_size);
  fputc('[', out);
  for (int record = 0; record < RECORDS; record++) {
    fputs(record > 0 ? ",{" : "{", out);
    for (int i = 0; i < FIELDS; i++) fprintf(out, "%s\"field_%d\": %s", i > 0 ? ", " : "", i, values[i % 5]);
    fputc('}', out);
  }
  fputc(']', out);
  fclose(out);
  return text;
}

enum bench_outcome measure_schema_check(struct bench_run *run) {
  size_t size = 0;
  char *object = make_schema(), *instance = make_instance(&size), *schema = NULL;
  enum bench_outcome outcome = BENCH_FAILED;
  llmb_error error;
  llmb_error_init(&error);
  if (asprintf(&schema, "{\"type\":\"array\",\"items\":%s}", object) < 0) abort();
  const uint64_t schema_size = strlen(schema);
  while (bench_run_next(run)) {
    const uint64_t begin_ns = llmb_clock_ns();
    for (int i = 0; i < CHECKS_A_ROUND; i++) {
      if (json_check((const uint8_t *)instance, size, NULL, NULL) != LLMB_OK) goto finish;
    }
    const uint64_t middle_ns = llmb_clock_ns();
    for (int i = 0; i < CHECKS_A_ROUND; i++) {
      if (llmb_schema_check(schema, schema_size, instance, size, &error) == LLMB_OK) continue;
      bench_fail(run, "%s", error.message);
      goto finish;
    }
    const uint64_t end_ns = llmb_clock_ns();
    const double bytes = (double)size * CHECKS_A_ROUND * 1e3; /* bytes in a nanosecond are thousands of MB/s */
    bench_samples_add(&run->result.baseline, bytes / (double)(middle_ns - begin_ns));
    bench_samples_add(&run->result.values, bytes / (double)(end_ns - middle_ns));
  }
  outcome = BENCH_MEASURED;

finish:
  free(object);
  free(instance);
  free(schema);
  return outcome;
}
