# How the compiler is started: C++20, position independent, ccache in front and mold behind when they are installed.
# A project that adds weft as a subdirectory keeps its own choice of launcher and linker.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
include(CheckPIESupported)
check_pie_supported(LANGUAGES CXX)

if(PROJECT_IS_TOP_LEVEL)
  find_program(WEFT_CCACHE ccache)
  if(WEFT_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
    # The first setting is what precompiled headers need; the other two let build folders share one cache.
    set(CMAKE_CXX_COMPILER_LAUNCHER
      /usr/bin/env CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_BASEDIR=/ CCACHE_NOHASHDIR=1 ${WEFT_CCACHE})
  endif()
  find_program(WEFT_MOLD mold)
  if(WEFT_MOLD)
    add_link_options(-fuse-ld=mold)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-fpch-preprocess -fdiagnostics-color=always)
  else()
    add_compile_options("SHELL:-Xclang -fno-pch-timestamp" -fcolor-diagnostics)
  endif()
endif()

if(WEFT_SANITIZE STREQUAL "fuzzer")
  set(weft_sanitize_options -fsanitize=fuzzer-no-link,address,undefined)
elseif(WEFT_SANITIZE)
  set(weft_sanitize_options -fsanitize=${WEFT_SANITIZE})
endif()
if(WEFT_SANITIZE)
  add_compile_options(${weft_sanitize_options} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(${weft_sanitize_options})
endif()
