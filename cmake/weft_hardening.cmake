# INTERFACE target weft_hardening: run-time checks that cost next to nothing. Never exported.
# _FORTIFY_SOURCE needs optimisation and disturbs the address sanitizer's own checks.

add_library(weft_hardening INTERFACE)
target_compile_options(weft_hardening INTERFACE -fstack-protector-strong)
target_link_options(weft_hardening INTERFACE -Wl,-z,relro,-z,now)
if(NOT WEFT_SANITIZE)
  target_compile_options(weft_hardening INTERFACE
    $<$<CONFIG:Release,RelWithDebInfo>:-U_FORTIFY_SOURCE>
    $<$<CONFIG:Release,RelWithDebInfo>:-D_FORTIFY_SOURCE=3>)
endif()
target_compile_definitions(weft_hardening INTERFACE $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
