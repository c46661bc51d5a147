/* An engine that dies at a token of its answer, at every one in turn: what was delivered stays, and the whole is the
 * answer that would have been. LLMB_TEST_REPEATS=200 is every token; without it some, evenly spread. */
#include "tests/check.h"
#include "tests/llama/resume_fixture.h"

enum { TOKENS = 200 };

/* How tokens are chosen. */
struct choice {
  const char *temperature, *top_p, *repeat_penalty;
};
static const struct choice greedy = {"0", "1", "1"}, sampled = {"0.9", "0.9", "1.2"};

static struct resume_answer undisturbed, answer;

static llmb_bridge *open_mortal(const char *model, const char *retries) {
  llmb_bridge *bridge =
      fixture_open(model, "home", LLMB_TEST_MORTAL_HOME, "threads", "1", "retries", retries, "batching", "off", NULL);
  /* An engine that has answered is replaced at once, without a pause. */
  CHECK_INT(LLMB_OK, fixture_ask(bridge, "x", "max_tokens", "1", answer.text, &answer.result, &answer.error));
  return bridge;
}

static llmb_call *start(llmb_bridge *bridge, const struct choice *choice, const char *fate) {
  return fixture_start(bridge, "Once upon a time", "temperature", choice->temperature, "top_p", choice->top_p,
                       "repeat_penalty", choice->repeat_penalty, "seed", "5", "max_tokens", "200", "stop", fate, NULL);
}

/* One answer of an engine with this fate, and of those that go on in its place. */
static void ask(const char *model, const char *retries, const struct choice *choice, const char *fate) {
  llmb_bridge *bridge = open_mortal(model, retries);
  resume_read(start(bridge, choice, fate), &answer);
  llmb_bridge_close(bridge);
}

static void ask_undisturbed(const char *model, const struct choice *choice) {
  ask(model, "1", choice, "never");
  CHECK_INT(LLMB_OK, answer.status);
  CHECK_INT(1, answer.result.attempts);
  CHECK_INT(TOKENS, answer.result.completion_tokens);
  CHECK(strlen(answer.text) >= TOKENS);
  undisturbed = answer;
}

static void check_whole(uint32_t attempts) {
  CHECK_INT(LLMB_OK, answer.status);
  CHECK_INT(attempts, answer.result.attempts);
  CHECK_INT(TOKENS, answer.result.completion_tokens);
  CHECK_INT(undisturbed.result.prompt_tokens, answer.result.prompt_tokens);
  CHECK_TEXT(undisturbed.text, answer.text);
}

static void check_every_token(const char *model, const struct choice *choice, const char *moment) {
  const unsigned wanted = resume_repeats(RESUME_DEATHS_QUICK), deaths = wanted < TOKENS ? wanted : TOKENS;
  ask_undisturbed(model, choice);
  for (unsigned i = 0; i < deaths; i++) {
    char fate[32];
    check_watch();
    snprintf(fate, sizeof fate, "%s %u", moment, 1 + i * TOKENS / deaths);
    const int before = check_failures;
    ask(model, "1", choice, fate);
    check_whole(2);
    if (check_failures != before) fprintf(stderr, "fate: %s, model: %s\n", fate, model);
  }
  printf("     %u deaths, %s, %s\n", deaths, moment, model);
}

static void greedy_answer__survives_a_death_between_any_token_and_its_text(void) {
  check_every_token("random_llama_q8_0", &greedy, "recorded");
}

static void greedy_answer__survives_a_death_after_the_text_of_any_token(void) {
  check_every_token("random_llama_f32", &greedy, "written");
}

static void sampled_answer__survives_a_death_between_any_token_and_its_text(void) {
  check_every_token("random_llama_q4_0", &sampled, "recorded");
}

static void sampled_answer__survives_a_death_after_the_text_of_any_token(void) {
  check_every_token("random_llama_f16", &sampled, "written");
}

/* One byte a token: the engine keeps a character that is not whole, so it dies only where one ended. */
static void answer__survives_a_death_inside_a_character(void) {
  ask("bytes", "1", &greedy, "never");
  CHECK_INT(LLMB_OK, answer.status);
  undisturbed = answer;
  unsigned deaths = 0;
  for (unsigned token = 1; token <= undisturbed.result.completion_tokens; token++) {
    char fate[32];
    snprintf(fate, sizeof fate, "written %u", token);
    ask("bytes", "1", &greedy, fate);
    CHECK_INT(LLMB_OK, answer.status);
    deaths += answer.result.attempts - 1;
    CHECK_TEXT(undisturbed.text, answer.text);
  }
  CHECK(deaths > 0 && deaths <= undisturbed.result.completion_tokens);
}

static void answer__that_must_be_json_survives_a_death_at_any_token(void) {
  uint64_t tokens = 1;
  for (uint64_t token = 0; token <= tokens; token += token == 0 ? 1 : resume_stride(tokens)) {
    char fate[32];
    check_watch();
    snprintf(fate, sizeof fate, "recorded %llu", (unsigned long long)token);
    llmb_bridge *bridge = open_mortal("json", "1");
    resume_read(fixture_start(bridge, "x", "expect", "json", "stop", fate, NULL), &answer);
    llmb_bridge_close(bridge);
    CHECK_INT(LLMB_OK, answer.status);
    CHECK_INT(token == 0 ? 1 : 2, answer.result.attempts); /* there is no token 0 */
    CHECK_TEXT("{\"name\": [1, 2.5, \"three\"]}", answer.text);
    tokens = answer.result.completion_tokens;
  }
}

/* The stop string comes up over several tokens; what of it was held back dies with the engine that held it. */
static void answer__survives_a_death_inside_a_stop_string(void) {
  enum { STOP_AT = 60, STOP_SIZE = 12 };
  static struct resume_answer stopped;
  char stops[64];
  ask_undisturbed("random_llama_f16", &sampled);
  snprintf(stops, sizeof stops, "[\"%.*s\",\"never\"]", STOP_SIZE, undisturbed.text + STOP_AT);
  ask("random_llama_f16", "1", &sampled, stops);
  CHECK_INT(LLMB_FINISH_STOP_STRING, answer.result.finish_reason);
  CHECK(resume_begins(undisturbed.text, answer.text));
  stopped = answer;
  const uint64_t tokens = stopped.result.completion_tokens, stride = resume_stride(tokens);
  for (uint64_t token = 1; token <= tokens; token += stride) {
    check_watch();
    snprintf(stops, sizeof stops, "[\"%.*s\",\"recorded %llu\"]", STOP_SIZE, undisturbed.text + STOP_AT,
             (unsigned long long)token);
    ask("random_llama_f16", "1", &sampled, stops);
    CHECK_INT(LLMB_OK, answer.status);
    CHECK_INT(2, answer.result.attempts);
    CHECK_INT(LLMB_FINISH_STOP_STRING, answer.result.finish_reason);
    CHECK_INT(stopped.result.completion_tokens, answer.result.completion_tokens);
    CHECK_TEXT(stopped.text, answer.text);
  }
}

static void answer__survives_as_many_deaths_as_there_are_attempts(void) {
  ask_undisturbed("random_llama_f16", &sampled);
  ask("random_llama_f16", "5", &sampled, "recorded 1 50 51 120 199");
  check_whole(6);
}

/* What is taken again instead of chosen must not be counted as if it were chosen, nor looked through for stops. */
static void answer__with_biases_and_min_tokens_survives_a_death_at_any_token(void) {
  enum { LEAST = 40 };
  unsigned deaths = 0, stopped = 0;
  for (uint64_t token = 0; token <= LEAST + 2; token += token == 0 ? 1 : resume_stride(LEAST)) {
    char stops[64];
    check_watch();
    snprintf(stops, sizeof stops, "[\"e\",\"a\",\"o\",\"recorded %llu\"]", (unsigned long long)token);
    llmb_bridge *bridge = open_mortal("random_llama_q8_0", "1");
    resume_read(fixture_start(bridge, "Once upon a time", "temperature", "1.5", "seed", "3", "logit_bias",
                              "{\"</s>\":100,\"q\":4.5,\"20\":-100}", "min_tokens", "40", "presence_penalty", "0.5",
                              "stop", stops, NULL),
                &answer);
    llmb_bridge_close(bridge);
    CHECK_INT(LLMB_OK, answer.status);
    if (token == 0) undisturbed = answer;
    CHECK_TEXT(undisturbed.text, answer.text);
    CHECK_INT(undisturbed.result.completion_tokens, answer.result.completion_tokens);
    CHECK(answer.result.completion_tokens >= LEAST);
    deaths += answer.result.attempts - 1;
    stopped += strpbrk(answer.text, "eao") != NULL;
  }
  CHECK(deaths >= RESUME_DEATHS_QUICK);
  CHECK(stopped > 0); /* there was something to stop at */
  printf("     %u deaths: %s\n", deaths, undisturbed.text);
}

/* What is told of an answer's tokens, from an engine with this fate and those that go on in its place. */
static char *logprobs_of(const char *fate) {
  char *json = NULL;
  llmb_bridge *bridge = open_mortal("random_llama_q8_0", "1");
  llmb_call *call = fixture_start(bridge, "Once upon a time", "temperature", "1.5", "seed", "3", "logprobs", "2",
                                  "repeat_penalty", "1.2", "max_tokens", "20", "stop", fate, NULL);
  CHECK_INT(LLMB_OK, fixture_read_all(call, answer.text, &answer.error));
  CHECK_INT(LLMB_OK, llmb_call_finish(call, 0, &answer.result, &answer.error));
  CHECK_INT(LLMB_OK, llmb_call_logprobs(call, &json));
  llmb_call_close(call);
  llmb_bridge_close(bridge);
  return json;
}

static void logprobs__are_the_same_after_a_death_at_any_token(void) {
  char *whole = logprobs_of("never");
  CHECK(strlen(whole) > 1000);
  for (int token = 1; token <= 20; token++) {
    static const char *const moments[] = {"recorded", "written"};
    char fate[32];
    check_watch();
    snprintf(fate, sizeof fate, "%s %d", moments[token % 2], token);
    char *json = logprobs_of(fate);
    CHECK_TEXT(whole, json);
    CHECK_INT(2, answer.result.attempts);
    llmb_free(json);
  }
  llmb_free(whole);
}

static void answer__with_a_death_too_many_is_told_and_keeps_its_text(void) {
  ask_undisturbed("random_llama_f16", &greedy);
  ask("random_llama_f16", "5", &greedy, "written 20 40 60 80 100 120");
  CHECK_INT(LLMB_E_ENGINE_CRASHED, answer.status);
  CHECK_INT(6, answer.error.attempts);
  CHECK_INT(0, answer.error.retry_safe);
  CHECK_INT(LLMB_PHASE_GENERATE, answer.error.phase);
  CHECK(strlen(answer.text) >= 120);
  CHECK(resume_begins(undisturbed.text, answer.text));
}

static void answer__without_retries_is_told_and_keeps_its_text(void) {
  ask_undisturbed("random_llama_f16", &greedy);
  ask("random_llama_f16", "0", &greedy, "written 20");
  CHECK_INT(LLMB_E_ENGINE_CRASHED, answer.status);
  CHECK_INT(1, answer.error.attempts);
  CHECK_INT(0, answer.error.retry_safe);
  CHECK_INT(LLMB_EXIT_SIGNAL, answer.error.exit_kind);
  CHECK(strlen(answer.text) >= 20);
  CHECK(resume_begins(undisturbed.text, answer.text));
  ask("random_llama_f16", "0", &greedy, "accepted");
  CHECK_INT(LLMB_E_ENGINE_CRASHED, answer.status);
  CHECK_INT(1, answer.error.retry_safe); /* nobody has seen any of it */
  CHECK_INT(LLMB_PHASE_PROMPT, answer.error.phase);
}

static void request__that_kills_two_engines_at_one_token_is_poisoned(void) {
  ask_undisturbed("random_llama_f16", &greedy);
  ask("random_llama_f16", "5", &greedy, "before 30");
  CHECK_INT(LLMB_E_POISONED, answer.status);
  CHECK_INT(2, answer.error.attempts);
  CHECK_INT(0, answer.error.retry_safe);
  CHECK(strlen(answer.text) >= 29);
  CHECK(resume_begins(undisturbed.text, answer.text));
  ask("random_llama_f16", "5", &greedy, "accepted");
  CHECK_INT(LLMB_E_POISONED, answer.status);
  CHECK_INT(2, answer.error.attempts);
  CHECK_TEXT("", answer.text);
}

static void neighbour__of_a_request_that_kills_is_not_condemned(void) {
  static struct resume_answer killer;
  ask_undisturbed("random_llama_f16", &sampled);
  llmb_bridge *bridge = open_mortal("random_llama_f16", "1");
  llmb_call *innocent_call = start(bridge, &sampled, "never"), *killer_call = start(bridge, &sampled, "before 30");
  resume_read(killer_call, &killer);
  resume_read(innocent_call, &answer);
  check_whole(2);
  CHECK_INT(LLMB_E_POISONED, killer.status);
  CHECK_INT(2, killer.error.attempts); /* once in company, once alone and no further */
  CHECK(resume_begins(undisturbed.text, killer.text));
  CHECK_INT(LLMB_OK, fixture_ask(bridge, "x", "max_tokens", "1", answer.text, &answer.result, &answer.error));
  llmb_bridge_close(bridge);
}

CHECK_MAIN(TEST(greedy_answer__survives_a_death_between_any_token_and_its_text),
           TEST(greedy_answer__survives_a_death_after_the_text_of_any_token),
           TEST(sampled_answer__survives_a_death_between_any_token_and_its_text),
           TEST(sampled_answer__survives_a_death_after_the_text_of_any_token),
           TEST(answer__survives_a_death_inside_a_character),
           TEST(answer__that_must_be_json_survives_a_death_at_any_token),
           TEST(answer__survives_a_death_inside_a_stop_string),
           TEST(answer__with_biases_and_min_tokens_survives_a_death_at_any_token),
           TEST(logprobs__are_the_same_after_a_death_at_any_token),
           TEST(answer__survives_as_many_deaths_as_there_are_attempts),
           TEST(answer__with_a_death_too_many_is_told_and_keeps_its_text),
           TEST(answer__without_retries_is_told_and_keeps_its_text),
           TEST(request__that_kills_two_engines_at_one_token_is_poisoned),
           TEST(neighbour__of_a_request_that_kills_is_not_condemned))
