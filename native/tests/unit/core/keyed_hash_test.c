#include "core/keyed_hash.h"

#include "tests/check.h"

/* The first vectors of the algorithm's authors: bytes 0, 1, 2, ... under the key of bytes 0 to 15. */
static void keyed_hash__is_siphash(void) {
  static const uint64_t expected[] = {UINT64_C(0x726fdb47dd0e0e31), UINT64_C(0x74f839c593dc67fd),
                                      UINT64_C(0x0d6c8009d9a94f5a), UINT64_C(0x85676696d7fb7e2d)};
  static const uint64_t key[2] = {UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908)};
  uint8_t bytes[64];
  for (unsigned i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)i;
  struct keyed_hash hash;
  for (unsigned size = 0; size < sizeof expected / sizeof expected[0]; size++) {
    keyed_hash_begin(&hash, key);
    keyed_hash_add(&hash, bytes, size);
    CHECK(keyed_hash_end(&hash) == expected[size]);
  }
  keyed_hash_begin(&hash, key);
  keyed_hash_add(&hash, bytes, 15);
  CHECK(keyed_hash_end(&hash) == UINT64_C(0xa129ca6149be45e5)); /* the paper's own example */
}

static void keyed_hash__does_not_see_where_parts_end(void) {
  static const uint64_t key[2] = {1, 2};
  const char text[] = "what is asked, in parts";
  struct keyed_hash whole, parts;
  keyed_hash_begin(&whole, key);
  keyed_hash_add(&whole, text, sizeof text);
  const uint64_t expected = keyed_hash_end(&whole);
  for (uint64_t cut = 0; cut <= sizeof text; cut++) {
    keyed_hash_begin(&parts, key);
    keyed_hash_add(&parts, text, cut);
    keyed_hash_add(&parts, text + cut, sizeof text - cut);
    CHECK(keyed_hash_end(&parts) == expected);
  }
}

CHECK_MAIN(TEST(keyed_hash__is_siphash), TEST(keyed_hash__does_not_see_where_parts_end))
