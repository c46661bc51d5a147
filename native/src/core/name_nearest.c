#include "core/name_nearest.h"

#include <string.h>

#include "core/name_peers.h"
#include "core/settings_table.h"

enum { NAME_SIZE_MAX = 64 };

static char small_letter(char byte) {
  return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

static uint32_t least(uint32_t left, uint32_t right) {
  return left < right ? left : right;
}

uint32_t name_distance(const char *left, const char *right) {
  uint32_t left_size = (uint32_t)strnlen(left, NAME_SIZE_MAX), right_size = (uint32_t)strnlen(right, NAME_SIZE_MAX);
  uint32_t rows[3][NAME_SIZE_MAX + 1]; /* of the distances between the names' beginnings, the last three */
  for (uint32_t j = 0; j <= right_size; j++) rows[0][j] = j;
  for (uint32_t i = 1; i <= left_size; i++) {
    uint32_t *row = rows[i % 3];
    const uint32_t *above = rows[(i - 1) % 3], *two_above = rows[(i + 1) % 3];
    row[0] = i;
    for (uint32_t j = 1; j <= right_size; j++) {
      char l = small_letter(left[i - 1]), r = small_letter(right[j - 1]);
      row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (l != r));
      bool is_swap = i > 1 && j > 1 && l == small_letter(right[j - 2]) && r == small_letter(left[i - 2]);
      if (is_swap) row[j] = least(row[j], two_above[j - 2] + 1);
    }
  }
  return rows[left_size % 3][right_size];
}

const char *setting_name_nearest(const char *name) {
  const char *peer = name_peer_setting(name);
  if (peer != NULL) return peer;
  const char *nearest = settings_table[0].name;
  uint32_t nearest_distance = UINT32_MAX;
  for (unsigned id = 0; id < SETTING_COUNT; id++) {
    uint32_t distance = name_distance(name, settings_table[id].name);
    if (distance < nearest_distance) {
      nearest_distance = distance;
      nearest = settings_table[id].name;
    }
  }
  return nearest;
}
