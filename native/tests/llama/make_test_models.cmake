# Writes the models that the tests of the llama engine need into FOLDER, building the writer in WORK. QUANTIZE is the program
# llama_quantize. Nothing is done for
# a model that is there already.
find_program(DOTNET dotnet)
if(NOT DOTNET)
  message(STATUS "dotnet is not installed: tests that need models are skipped")
  return()
endif()
file(MAKE_DIRECTORY ${FOLDER})

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${ARGN} failed: ${output}")
  endif()
endfunction()

run(${DOTNET} build ${SOURCE}/managed/LlmBridge.TestModels/LlmBridge.TestModels.csproj --nologo -v quiet -c Release -o ${WORK}/bin
    -p:BaseIntermediateOutputPath=${WORK}/obj/)

function(make name kind)
  if(NOT EXISTS ${FOLDER}/${name}.gguf)
    run(${DOTNET} ${WORK}/bin/LlmBridge.TestModels.dll ${kind} ${FOLDER}/${name}.part ${ARGN})
    file(RENAME ${FOLDER}/${name}.part ${FOLDER}/${name}.gguf)
  endif()
endfunction()

function(quantize name from type)
  if(NOT EXISTS ${FOLDER}/${name}.gguf)
    run(${QUANTIZE} ${FOLDER}/${from}.gguf ${FOLDER}/${name}.part ${type})
    file(RENAME ${FOLDER}/${name}.part ${FOLDER}/${name}.gguf)
  endif()
endfunction()

set(template "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}[assistant]")
make(chain chain)
make(chain_chat chain --chat-template "${template}")
make(chain_greedy_template chain --chat-template "{% set x = range(2000000000) %}{{ x | length }}")
make(chain_broken_template chain --chat-template "{{ raise_exception('no such tongue') }}")
file(READ ${SOURCE}/native/tests/llama/tool_template.jinja tool_template)
make(tools chain --chat-template "${tool_template}"
     --text "<think>It may rain there.</think>Let me see. <tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Rome\"}}\n</tool_call>")
make(json chain --text "{\"name\": [1, 2.5, \"three\"]}")
make(loop chain --loop --text "again and ")
make(bytes chain --split-characters --text "Price: €12 or £10 for 😀")
# U+E0FF is the byte FF; U+E0F0 and U+E09F are half of a character, at the end.
make(bad_bytes chain --split-characters --text "Hello there, friend")
# A prompt of a few hundred tokens takes this one seconds, at no size on disk.
make(abort chain --abort)
make(slow chain --loop --text "again and " --layers 24 --feed-forward 65536)
# Some milliseconds a token, so that there is time to kill its engine in between.
make(random_large random --type q8_0 --width 256 --feed-forward 4096 --layers 8)
foreach(arch llama qwen2 gemma phi3)
  foreach(type f32 f16 q8_0 q4_0)
    make(random_${arch}_${type} random --arch ${arch} --type ${type} --seed 7)
  endforeach()
endforeach()
make(random_window random --arch gemma2)
make(random_bert_f32 random --arch bert --context 512)
make(random_bert_q8_0 random --arch bert --context 512 --type q8_0)
# Wide enough for types whose blocks are of 256 numbers.
foreach(arch llama qwen2 gemma phi3)
  make(wide_${arch}_f32 random --arch ${arch} --width 256 --feed-forward 512 --seed 8)
  quantize(wide_${arch}_q4_k_m wide_${arch}_f32 q4_k_m)
endforeach()
foreach(type q5_k_m q6_k q3_k_m q2_k iq4_nl iq4_xs iq3_s q4_1 q5_0 q5_1 bf16 tq2_0)
  quantize(wide_llama_${type} wide_llama_f32 ${type})
endforeach()
