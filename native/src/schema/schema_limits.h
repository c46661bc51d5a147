/* What bounds a schema, an instance and the work of checking one against the other. */
#ifndef LLMB_SCHEMA_LIMITS_H
#define LLMB_SCHEMA_LIMITS_H

#include <stdint.h>

enum {
  SCHEMA_SIZE_MAX = 4 << 20,       /* bytes of a schema's text */
  SCHEMA_COUNT_MAX = 50000,        /* subschemas, those of built-in metaschemas included */
  SCHEMA_DOCUMENTS_MAX = 12,       /* the caller's, and all the metaschemas */
  SCHEMA_URI_SIZE_MAX = 2048,      /* bytes of an absolute URI */
  SCHEMA_POINTER_SIZE_MAX = 256,   /* bytes of a JSON pointer that an error tells */
  SCHEMA_FRAMES_MAX = 20000,       /* subschemas that wait for each other while a value is checked */
  SCHEMA_MULTIPLE_DIGITS_MAX = 18, /* significant digits of multipleOf */
  SCHEMA_ASSERTED_MAX = 64,        /* subschemas that one open value is looked at with before its end */
  SCHEMA_TRACKERS_MAX = 16,        /* patterns and enumerations that one open string is looked at with */
  SCHEMA_BLANKS_MAX = 4096,        /* bytes of white space between two tokens of a stream */
  SCHEMA_STEPS_PER_FRAME = 16,     /* what applying a subschema counts as, by its time */
  TAPE_NODES_MAX = 2000000,        /* values and names in one text */
  REGEX_SIZE_MAX = 16384,          /* bytes of a pattern */
  REGEX_STATES_MAX = 10000,        /* of a pattern with its repetitions written out */
  SCHEMA_STATES_MAX = 500000,      /* of all patterns of a schema */
  REGEX_RANGES_MAX = 40000,        /* of all of a pattern's classes */
  REGEX_REPEATS_MAX = 5000,        /* the largest bound of a repetition */
  REGEX_DEPTH_MAX = 32             /* groups inside each other */
};

/* Of one check: a step is a rule that is looked at, a state of a pattern, a byte compared in an enumeration. */
#define SCHEMA_STEPS_MAX UINT64_C(50000000)

#endif
