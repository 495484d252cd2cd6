# INTERFACE target weft_warnings: the warnings of every file in this tree. Never exported.

add_library(weft_warnings INTERFACE)
target_compile_options(weft_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  $<$<BOOL:${WEFT_WARNINGS_AS_ERRORS}>:-Werror>)
