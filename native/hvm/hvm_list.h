/* Lists of numbers: Bend's String and List(u24), which are the same thing at run time.
 *
 * HVM's own reader normalises the net once for every element and cuts each to 8 bits. This one walks the nodes, a
 * thousand times as fast, and sees whole numbers; it is used where the net's layout is known. */
#ifndef LLMB_HVM_LIST_H
#define LLMB_HVM_LIST_H

#include "hvm/hvm_host.h"
#include "hvm/hvm_net.h"

enum hvm_list_verdict { HVM_LIST_READ, HVM_LIST_NONE, HVM_LIST_TOO_LONG, HVM_LIST_NO_MEMORY };

/* Reads the numbers of a list into memory that the caller frees; for anything but HVM_LIST_READ there is none.
 * The list's nodes are freed, since HVM never frees a foreign function's argument; but not where HVM's own reader had
 * to be used, which takes the list apart. */
enum hvm_list_verdict list_read(const struct hvm_host *host, hvm_port list, uint32_t **out, uint32_t *out_count);

/* Puts numbers in the place of those of a list that the host has just injected. */
void list_patch(const struct hvm_host *host, hvm_port list, const uint32_t *payloads, uint32_t count,
                enum hvm_number type);

#endif
