/* What the adapter takes and gives at most. A net that runs out of nodes cannot be survived: HVM prints and loops. */
#ifndef LLMB_HVM_LIMITS_H
#define LLMB_HVM_LIMITS_H

enum {
  HVM_ARGUMENT_CODES_MAX = 1 << 20, /* characters of a String that a program hands over */
  HVM_ANSWER_BYTES = 16 << 10,      /* of an answer, where neither LLMBRIDGE_OUTPUT_BYTES nor a setting says other */
  HVM_LIST_MAX = 1 << 20,           /* elements of any one list made here */
  HVM_NET_NODES = 1 << 29,          /* of the whole net; each of HVM's threads allocates from an equal share */
  HVM_NODES_PER_ELEMENT = 4,        /* of a list */
  HVM_LOOKS_PER_NET = 64,           /* how often it is looked how full the net is, while a whole net is given out */
  HVM_NET_SAMPLES = 1024,           /* places of the net that are looked at to tell how full it is */
  HVM_EXPANSIONS_MAX = 32,          /* different definitions inside one argument */
  HVM_CHAIN_MAX = 1 << 16,          /* variables in a row */
  HVM_ERASE_DEPTH_MAX = 64,         /* branches left aside while an argument is erased */
  HVM_BRIDGES_MAX = 4,              /* different settings of a bridge in one program */
  HVM_SETTINGS_BYTES_MAX = 64 << 10,
  HVM_SETTINGS_MAX = 128, /* names in one set */
  HVM_SESSIONS_MAX = 16,  /* long answers that are open at once */
  HVM_PIECE_BYTES_MAX = HVM_ANSWER_BYTES
};

#endif
