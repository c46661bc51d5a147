# A quick run of one metric must print what the contract says, and nothing else on standard output. No figure is judged.
execute_process(
  COMMAND ${BENCH} --quick --json --filter warm_call
  OUTPUT_VARIABLE output
  ERROR_VARIABLE errors
  RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "llmbridge-bench ended with ${status}: ${errors}")
endif()
if(NOT output MATCHES "^{[^\n]*}\n$")
  message(FATAL_ERROR "not one line with one object: ${output}")
endif()
foreach(key metric unit p50 p99 n baseline baseline_p50 ratio)
  string(JSON value ERROR_VARIABLE problem GET "${output}" ${key})
  if(problem)
    message(FATAL_ERROR "no ${key} in ${output}: ${problem}")
  endif()
  set(${key} "${value}")
endforeach()
string(JSON members LENGTH "${output}")
if(NOT members EQUAL 8)
  message(FATAL_ERROR "${members} members, not 8: ${output}")
endif()
if(NOT metric STREQUAL "warm_call" OR NOT unit STREQUAL "us")
  message(FATAL_ERROR "another metric was measured: ${output}")
endif()
foreach(number ${p50} ${p99} ${n} ${baseline_p50} ${ratio})
  if(NOT number GREATER 0)
    message(FATAL_ERROR "a number is not above 0: ${output}")
  endif()
endforeach()
if(p99 LESS p50)
  message(FATAL_ERROR "p99 is below p50: ${output}")
endif()

execute_process(
  COMMAND ${BENCH} --quick --json --filter no_such_metric
  OUTPUT_VARIABLE output
  ERROR_VARIABLE errors
  RESULT_VARIABLE status)
if(NOT status EQUAL 2 OR NOT output STREQUAL "")
  message(FATAL_ERROR "an unknown metric should end with 2 and print nothing: ${status}, ${output}")
endif()
