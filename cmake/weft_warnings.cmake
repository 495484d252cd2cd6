# INTERFACE target weft_warnings: the warnings of every file in this tree. Never exported.

add_library(weft_warnings INTERFACE)
target_compile_options(weft_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  $<$<BOOL:${WEFT_WARNINGS_AS_ERRORS}>:-Werror>)

# g++ 12 sees overlaps and overruns in std::string that are not there (GCC PR 105329, 105651); clang and the address
# sanitizer see the real ones.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(weft_warnings INTERFACE -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow)
endif()
