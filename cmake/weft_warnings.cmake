# INTERFACE target weft_warnings: the warnings of every file in this tree. Never exported.

add_library(weft_warnings INTERFACE)
target_compile_options(weft_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  $<$<BOOL:${WEFT_WARNINGS_AS_ERRORS}>:-Werror>)
# They take sources that are compiled several at a time for one. The preset release compiles each alone.
if(CMAKE_UNITY_BUILD)
  target_compile_options(weft_warnings INTERFACE -Wno-shadow
    $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()
