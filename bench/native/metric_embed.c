/* llama_embed_batch: texts embedded in one call, beside libllama in a process that uses it directly and packs as many
 * texts into each decode. */
#include <stdio.h>

#include "bench_embed.h"

enum { TEXTS = 64, TEXT_WORDS = 12, TEXT_SIZE_MAX = TEXT_WORDS * 4 + 1 };

enum bench_outcome measure_llama_embed_batch(struct bench_run *run) {
  /* Different words of one syllable: the made models have a token for each, others two or three. */
  static const char onsets[] = "bdfgklmnprst", vowels[] = "aeiou", codas[] = "lnrs";
  char bytes[TEXTS][TEXT_SIZE_MAX];
  const char *at[TEXTS];
  uint64_t sizes[TEXTS];
  for (int i = 0; i < TEXTS; i++) {
    char *end = bytes[i];
    for (int word = 0; word < TEXT_WORDS; word++) {
      const int n = i * TEXT_WORDS + word;
      end += sprintf(end, "%s%c%c%c", word > 0 ? " " : "", onsets[n % 12], vowels[n % 5], codas[n / 12 % 4]);
    }
    at[i] = bytes[i];
    sizes[i] = (uint64_t)(end - bytes[i]);
  }
  const struct bench_texts texts = {.at = at, .sizes = sizes, .count = TEXTS};
  return bench_embed_rates(run, &run->options->models.embed, &texts);
}
