/* What the library exports: functions as IO/DyLib/call calls them, each with one argument.
 *
 * Those whose names begin with try_ give a Result, whose Err is the error as a JSON object in bytes of UTF-8. The
 * others give the plain value; a failure is then, in text, the byte 21 and that object, in a vector the empty list. */
#ifndef LLMB_HVM_CALLS_H
#define LLMB_HVM_CALLS_H

#include <llmbridge/export.h>

#include "hvm/hvm_host.h"

enum { HVM_FAILURE_MARK = 21 };

/* String -> the answer's bytes of UTF-8. */
LLMB_API hvm_port call_llm(hvm_net *net, hvm_book *book, hvm_port prompt);
LLMB_API hvm_port try_call_llm(hvm_net *net, hvm_book *book, hvm_port prompt);

/* String -> the answer's characters: a String to be printed as it is. */
LLMB_API hvm_port call_llm_str(hvm_net *net, hvm_book *book, hvm_port prompt);

/* (String, String) -> the answer's bytes. The first has a setting on each line, as `name=value`; a line that begins
 * with a blank goes on with the value before it. */
LLMB_API hvm_port call_llm_with(hvm_net *net, hvm_book *book, hvm_port settings_and_prompt);
LLMB_API hvm_port try_call_llm_with(hvm_net *net, hvm_book *book, hvm_port settings_and_prompt);

/* String -> List(f24). */
LLMB_API hvm_port embed(hvm_net *net, hvm_book *book, hvm_port text);
LLMB_API hvm_port try_embed(hvm_net *net, hvm_book *book, hvm_port text);

/* (String, String) -> List(f24). The first is settings, as for call_llm_with. */
LLMB_API hvm_port embed_with(hvm_net *net, hvm_book *book, hvm_port settings_and_text);
LLMB_API hvm_port try_embed_with(hvm_net *net, hvm_book *book, hvm_port settings_and_text);

/* Long answers. String -> u24: the number of a session, 0 if too many are open. What fails is told by llm_next, each
 * time: also that the engine answers as many already as it has slots (overloaded). */
LLMB_API hvm_port llm_open(hvm_net *net, hvm_book *book, hvm_port prompt);

/* (String, String) -> the same, with settings. */
LLMB_API hvm_port llm_open_with(hvm_net *net, hvm_book *book, hvm_port settings_and_prompt);

/* (u24, u24): session, bytes wanted at most -> the next bytes, whole characters; the empty list is the end. */
LLMB_API hvm_port llm_next(hvm_net *net, hvm_book *book, hvm_port session_and_size);

/* u24 -> why the answer ended, in bytes: stop, length or stop_string; none before its end. */
LLMB_API hvm_port llm_reason(hvm_net *net, hvm_book *book, hvm_port session);

/* u24 -> u24: ends the session, if need be with its call; 1 if it was open, else 0. */
LLMB_API hvm_port llm_close(hvm_net *net, hvm_book *book, hvm_port session);

#endif
