/* The net's memory, which no header of HVM's declares: nodes first, 2^29 pairs of ports, then as many variables.
 * Everything here may be used only where net_layout_is_known. */
#ifndef LLMB_HVM_NET_H
#define LLMB_HVM_NET_H

#include "hvm/hvm_host.h"

enum hvm_tag { HVM_VAR = 0, HVM_REF = 1, HVM_ERA = 2, HVM_NUM = 3, HVM_CON = 4 };
enum hvm_number { HVM_U24 = 1, HVM_I24 = 2, HVM_F24 = 3 };

#define HVM_NOTHING ((hvm_port)HVM_ERA)
#define HVM_UNBOUND UINT32_MAX /* what a variable holds that has no value yet; 0 is one that does not exist */

static inline uint32_t port_tag(hvm_port port) {
  return port & 7;
}

static inline uint32_t port_value(hvm_port port) {
  return port >> 3;
}

static inline hvm_port port_of_number(uint32_t payload, enum hvm_number type) {
  return ((payload & 0xFFFFFF) << 5 | type) << 3 | HVM_NUM;
}

static inline uint32_t number_type(hvm_port port) {
  return port_value(port) & 31;
}

static inline uint32_t number_payload(hvm_port port) {
  return port_value(port) >> 5;
}

struct hvm_node {
  hvm_port first, second;
};

struct hvm_node *net_node(const hvm_net *net, hvm_port port);
uint32_t *net_variable(const hvm_net *net, hvm_port port);

/* What a port leads to when its variables are followed: anything, or a variable without value. */
hvm_port net_follow(const hvm_net *net, hvm_port port);

/* Frees a closed term that nothing else points into: HVM itself never frees the argument of a foreign function. */
void net_erase(const hvm_net *net, hvm_port port);

/* How much of the share that lists are allocated from is in use, in thousandths. */
uint32_t net_fullness(const hvm_net *net);

/* How many list elements that share can hold. */
uint64_t net_capacity(void);

/* Whether a list that the host has just made is found where this file looks for it. Tried once for each net. */
bool net_layout_is_known(const struct hvm_host *host);

#endif
