# weft_test(<folder> SOURCES <file>... [LINK <target>...] [LABELS <label>...])
#
# Declares the doctest program weft_<folder>_test of tests/<folder> and registers it with ctest as <folder>. main() is
# provided and shuffles the cases (the seed of a failed run is printed; repeat it with --rand-seed=N).
#
# weft_fuzz(<name> [LINK <target>...])
#
# Declares the fuzz target <name>_fuzz from <name>_fuzz.cpp. In the preset fuzz it is a libFuzzer program; elsewhere it only
# replays files. ctest runs it as fuzz.<name> over corpus/<name>.
#
# weft_script_test(<name> COMMAND <command>... [LABELS <label>...])   registers any other command
# weft_guide_code(<variable> <page>)                           the C++ of a page of docs/guide: what stands between ```cpp and ```
# weft_test_environment(<ctest name>)                                 time limit and sanitizer settings of a test

# For what hangs: what is only slow, on a busy machine, is to end.
set(weft_test_timeout 900)

# main() and the tests' own precompiled header: programs are compiled with -fPIE, the library with -fPIC.
add_library(weft_test_main OBJECT ${PROJECT_SOURCE_DIR}/tests/main.cpp ${PROJECT_SOURCE_DIR}/cmake/pch/test.cpp)
set_source_files_properties(${PROJECT_SOURCE_DIR}/tests/main.cpp PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
set_target_properties(weft_test_main PROPERTIES POSITION_INDEPENDENT_CODE OFF)
target_compile_options(weft_test_main PRIVATE -fPIE ${WEFT_TEST_OPTIONS})
target_compile_definitions(weft_test_main PRIVATE ${weft_public_definitions})
target_link_libraries(weft_test_main PRIVATE weft_warnings weft_hardening Boost::headers doctest::doctest)
target_precompile_headers(weft_test_main PRIVATE ${PROJECT_SOURCE_DIR}/cmake/pch/test.hpp)

function(weft_test_environment name)
  set_tests_properties(${name} PROPERTIES TIMEOUT ${weft_test_timeout} ENVIRONMENT
    "ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1;UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1;TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1")
endfunction()

function(weft_test folder)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "SOURCES;LINK;LABELS")
  string(REPLACE "/" "_" target weft_${folder}_test)
  add_executable(${target} ${ARG_SOURCES} $<TARGET_OBJECTS:weft_test_main>)
  target_link_libraries(${target} PRIVATE ${ARG_LINK} doctest::doctest weft_warnings weft_hardening)
  target_compile_options(${target} PRIVATE ${WEFT_TEST_OPTIONS})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  target_precompile_headers(${target} REUSE_FROM weft_test_main)
  add_test(NAME ${folder} COMMAND ${target})
  weft_test_environment(${folder})
  set_tests_properties(${folder} PROPERTIES LABELS "${ARG_LABELS}")
endfunction()

function(weft_script_test name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "COMMAND;LABELS")
  add_test(NAME ${name} COMMAND ${ARG_COMMAND})
  weft_test_environment(${name})
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}")
endfunction()

function(weft_fuzz name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "LINK")
  add_executable(${name}_fuzz ${name}_fuzz.cpp)
  target_link_libraries(${name}_fuzz PRIVATE weft::weft ${ARG_LINK} weft_warnings weft_hardening)
  if(WEFT_SANITIZE STREQUAL "fuzzer")
    target_link_options(${name}_fuzz PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(${name}_fuzz PRIVATE replay.cpp)
  endif()
  weft_script_test(fuzz.${name} COMMAND ${name}_fuzz -runs=0 ${CMAKE_CURRENT_SOURCE_DIR}/corpus/${name} LABELS fuzz)
endfunction()

function(weft_guide_code variable page)
  set(guide ${PROJECT_SOURCE_DIR}/docs/guide/${page})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${guide})
  file(READ ${guide} rest)
  set(code "")
  string(FIND "${rest}" "```cpp\n" place)
  while(NOT place EQUAL -1)
    math(EXPR place "${place} + 7")
    string(SUBSTRING "${rest}" ${place} -1 rest)
    string(FIND "${rest}" "```" end)
    string(SUBSTRING "${rest}" 0 ${end} block)
    string(APPEND code "${block}")
    math(EXPR end "${end} + 3")
    string(SUBSTRING "${rest}" ${end} -1 rest)
    string(FIND "${rest}" "```cpp\n" place)
  endwhile()
  set(${variable} "${code}" PARENT_SCOPE)
endfunction()
