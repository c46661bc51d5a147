/* A stand-in for HVM: a program with the functions that HVM exports and a net of its own, in the same layout, written
 * from a description of the ABI. It evaluates nothing: terms are made in normal form, as they are between two IO
 * actions. HVM itself cannot be had where this project is built. */
#ifndef LLMB_TESTS_HVM_STANDIN_H
#define LLMB_TESTS_HVM_STANDIN_H

#include <stdbool.h>
#include <stdint.h>

typedef uint32_t port;
struct net;
struct book;

enum tag { TAG_VAR, TAG_REF, TAG_ERA, TAG_NUM, TAG_CON };
enum number_type { TYPE_U24 = 1, TYPE_I24 = 2, TYPE_F24 = 3 };
enum { ERASED = TAG_ERA };

/* How a list's ports lead on. */
enum style {
  STYLE_PLAIN,   /* as inject_bytes makes lists */
  STYLE_COMPUTED /* as a program's own functions leave them: through variables, with definitions for tags and nil */
};

/* A new, empty net; what is handed to foreign functions. `shifted` puts something before the nodes, as a later version
 * of HVM might. */
struct net *standin_open(bool shifted);
struct book *standin_book(void);

port standin_number(uint32_t payload, enum number_type type);
port standin_list(const uint32_t *numbers, uint32_t count, enum style style);
port standin_text(const char *text); /* a plain list of its bytes */
port standin_pair(port first, port second);
port standin_identity(void); /* λx.x */
port standin_result(uint32_t tag, port value);

/* How many nodes and variables are in use. */
uint64_t standin_used(void);

/* Marks every `stride`th node as used, which makes the net look full to who samples it. */
void standin_fill(uint64_t first, uint64_t stride);

/* Takes a node apart; false if it is none. */
bool standin_split(port at, port *first, port *second);

/* Reads a plain list of numbers of one type; false if it is anything else or longer than `capacity`. */
bool standin_read(port list, enum number_type type, uint32_t *out, uint32_t capacity, uint32_t *out_count);

/* Reads a Result: its tag and its value. */
bool standin_read_result(port result, uint32_t *out_tag, port *out_value);

/* What a definition stands for, as HVM's expand: the port itself if it is no reference. */
port standin_expand(port reference);

/* A list's numbers as HVM's own reader sees them, through variables and definitions; false at its end. */
bool standin_step(port *list, uint32_t *number);

#endif
