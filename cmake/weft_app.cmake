# weft_app(<name> SOURCES <file>... [LINK <target>...])
#
# Declares a program: everything in SOURCES becomes the library weft_<name>_app, which tests may link, and main.cpp
# becomes the program weft-<name>, installed to bin/.
#
# weft_app_library(<name> SOURCES <file>... [LINK <target>...])   the library alone (what several programs share)
#
# weft_app_documents(<name>)   the manual page and the shells' completions, which come from the program itself
#
# weft_example(<name> [UNORDERED] [SOURCES <file>...] [LINK <target>...])
#
# Declares an example: the program <name> from <name>.cpp, not installed. With tests on, ctest runs it and compares its
# output with <name>.out; UNORDERED: line by line in any order.

function(weft_app_library name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "SOURCES;LINK")
  add_library(weft_${name}_app STATIC ${ARG_SOURCES})
  target_include_directories(weft_${name}_app PUBLIC ${PROJECT_SOURCE_DIR}/apps)
  target_link_libraries(weft_${name}_app PUBLIC weft::weft ${ARG_LINK} PRIVATE weft_warnings weft_hardening)
  target_precompile_headers(weft_${name}_app REUSE_FROM weft_pch)
endfunction()

function(weft_app name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "SOURCES;LINK")
  weft_app_library(${name} SOURCES ${ARG_SOURCES} LINK ${ARG_LINK})
  add_executable(weft-${name} main.cpp)
  target_link_libraries(weft-${name} PRIVATE weft_${name}_app weft_warnings weft_hardening)
  install(TARGETS weft-${name})
endfunction()

function(weft_app_documents name)
  set(generated ${CMAKE_CURRENT_BINARY_DIR}/generated)
  add_custom_command(TARGET weft-${name} POST_BUILD
    COMMAND ${CMAKE_COMMAND} -E make_directory ${generated}
    COMMAND $<TARGET_FILE:weft-${name}> --man > ${generated}/weft-${name}.1
    COMMAND $<TARGET_FILE:weft-${name}> --completion bash > ${generated}/weft-${name}
    COMMAND $<TARGET_FILE:weft-${name}> --completion zsh > ${generated}/_weft-${name}
    COMMAND $<TARGET_FILE:weft-${name}> --completion fish > ${generated}/weft-${name}.fish
    VERBATIM)
  install(FILES ${generated}/weft-${name}.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
  install(FILES ${generated}/weft-${name} DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
  install(FILES ${generated}/_weft-${name} DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
  install(FILES ${generated}/weft-${name}.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
endfunction()

# The examples' precompiled header: they include everything, and are compiled with -fPIE.
add_library(weft_example_pch OBJECT EXCLUDE_FROM_ALL ${PROJECT_SOURCE_DIR}/cmake/pch/example.cpp)
set_target_properties(weft_example_pch PROPERTIES POSITION_INDEPENDENT_CODE OFF)
target_compile_options(weft_example_pch PRIVATE -fPIE ${WEFT_TEST_OPTIONS})
target_link_libraries(weft_example_pch PRIVATE weft::weft weft_warnings weft_hardening)
target_precompile_headers(weft_example_pch PRIVATE <weft/weft.hpp>)

function(weft_example name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "UNORDERED" "" "SOURCES;LINK")
  add_executable(${name} ${name}.cpp ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE weft::weft ${ARG_LINK} weft_warnings weft_hardening)
  target_compile_options(${name} PRIVATE ${WEFT_TEST_OPTIONS})
  target_precompile_headers(${name} REUSE_FROM weft_example_pch)
  if(WEFT_BUILD_TESTS)
    weft_script_test(examples.${name} COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:${name}>
      -DEXPECTED=${CMAKE_CURRENT_SOURCE_DIR}/${name}.out -DUNORDERED=${ARG_UNORDERED}
      -P ${PROJECT_SOURCE_DIR}/cmake/run_example.cmake)
  endif()
endfunction()
