/* Writing what a program is given: lists and Results. Each function gives a port of the net, and refuses before the net
 * is full, since HVM could neither report nor survive that. */
#ifndef LLMB_HVM_WRITE_H
#define LLMB_HVM_WRITE_H

#include <stddef.h>

#include <llmbridge/status.h>

#include "hvm/hvm_host.h"

/* Bytes of UTF-8, each 0 to 255 where the net's layout is known; else HVM gives those above 127 a sign, which Bend's
 * String/decode_utf8 takes off again. */
llmb_status write_bytes(const struct hvm_host *host, const char *text, uint64_t size, hvm_port *out, llmb_error *error);

/* The code points of valid UTF-8: a String as Bend's own are. LLMB_E_UNSUPPORTED where it takes an unknown layout. */
llmb_status write_characters(const struct hvm_host *host, const char *text, uint64_t size, hvm_port *out,
                             llmb_error *error);

/* f24 numbers, rounded to the nearest. LLMB_E_UNSUPPORTED where the layout is not known. */
llmb_status write_vector(const struct hvm_host *host, const float *vector, uint64_t dimension, hvm_port *out,
                         llmb_error *error);

/* A failure in text: the byte 21 (NAK), which begins no answer, and the error as a JSON object. */
hvm_port write_failure(const struct hvm_host *host, const llmb_error *error);

/* Result/Ok of a value, Result/Err of the error as a JSON object. */
hvm_port write_ok(const struct hvm_host *host, hvm_port value);
hvm_port write_err(const struct hvm_host *host, const llmb_error *error);

#endif
