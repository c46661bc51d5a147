# llmbridge_add_engine(NAME SOURCES file... [LIBRARIES library...] [RPATH path] [TARGET target] [CONFORMANCE how...]
#                      [CONFORMANCE_PROPERTIES property value...])
# An engine's module: built and installed as lib/llmbridge/NAME.so, by the target llmbridge_NAME or TARGET. CONFORMANCE
# lists the ways in which it can run: native/tests/conformance tests each of them, with these properties of CTest.
function(llmbridge_add_engine name)
  cmake_parse_arguments(PARSE_ARGV 1 engine "" "RPATH;TARGET" "SOURCES;LIBRARIES;CONFORMANCE;CONFORMANCE_PROPERTIES")
  if(NOT engine_RPATH)
    set(engine_RPATH "$ORIGIN/..")
  endif()
  if(NOT engine_TARGET)
    set(engine_TARGET llmbridge_${name})
  endif()
  add_library(${engine_TARGET} MODULE ${engine_SOURCES})
  target_link_libraries(${engine_TARGET} PRIVATE llmbridge llmbridge_options ${engine_LIBRARIES})
  set_target_properties(
    ${engine_TARGET}
    PROPERTIES PREFIX ""
               OUTPUT_NAME ${name}
               LIBRARY_OUTPUT_DIRECTORY ${LLMBRIDGE_ENGINE_FOLDER}
               BUILD_WITH_INSTALL_RPATH ON
               INSTALL_RPATH "${engine_RPATH}")
  target_link_options(${engine_TARGET} PRIVATE -Wl,-z,relro -Wl,-z,now)
  if(NOT LLMBRIDGE_SANITIZE)
    target_link_options(${engine_TARGET} PRIVATE -Wl,--no-undefined)
  endif()
  install(TARGETS ${engine_TARGET} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/llmbridge)
  set_property(GLOBAL APPEND PROPERTY LLMBRIDGE_ENGINES ${name})
  set_property(GLOBAL PROPERTY LLMBRIDGE_TARGET_${name} ${engine_TARGET})
  set_property(GLOBAL PROPERTY LLMBRIDGE_CONFORMANCE_${name} ${engine_CONFORMANCE})
  set_property(GLOBAL PROPERTY LLMBRIDGE_CONFORMANCE_PROPERTIES_${name} ${engine_CONFORMANCE_PROPERTIES})
endfunction()
