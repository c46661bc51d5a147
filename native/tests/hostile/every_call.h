/* What the module that tries every system call and its test share. */
#ifndef LLMB_TESTS_EVERY_CALL_H
#define LLMB_TESTS_EVERY_CALL_H

enum { EVERY_CALL_TRIES_MIN = 1500 }; /* of both stages; fewer would mean that the report was cut */

enum every_call_try {
  EVERY_CALL_PLAIN,   /* without sense: for calls that are allowed or refused whatever their arguments */
  EVERY_CALL_FITS,    /* with arguments that the table's condition allows */
  EVERY_CALL_DOES_NOT /* and such that it refuses */
};

#define EVERY_CALL_X32 0x40000000u
#define EVERY_CALL_FOREIGN 0x50000000u /* stands for a call of the 32-bit kind */

#endif
