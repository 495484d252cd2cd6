# weft_module(<name> [DEPENDS <module>...] HEADERS <file>... [SOURCES <file>...] [LINK <target>...])
#
# Declares the module in lib/weft/<name>: the object library weft_<name> (alias weft::<name>).
#   DEPENDS  modules of lower layers, by their short names
#   HEADERS  public headers, installed and compiled alone by the target all_verify_interface_header_sets
#   SOURCES  what is compiled; private headers are not listed
#   LINK     external libraries, which also reach whoever links weft::weft
# All modules together are weft::weft, declared by weft_library(); tests, programs and users link that one.
#
# weft_library()   after the last module: declares weft::weft, static or shared by BUILD_SHARED_LIBS, and installs it.

# Has to be the same in every file that sees an Asio or Beast header, users' files included.
set(weft_public_definitions
  BOOST_ASIO_SEPARATE_COMPILATION
  BOOST_BEAST_SEPARATE_COMPILATION
  BOOST_ASIO_DISABLE_BOOST_COROUTINE
  BOOST_ASIO_NO_DEPRECATED)

# One compiled copy of the Asio and standard headers serves all modules above base.
add_library(weft_pch OBJECT ${PROJECT_SOURCE_DIR}/cmake/pch/lib.cpp)
target_compile_definitions(weft_pch PRIVATE ${weft_public_definitions})
target_link_libraries(weft_pch PRIVATE weft_warnings weft_hardening Boost::headers)
target_precompile_headers(weft_pch PRIVATE ${PROJECT_SOURCE_DIR}/cmake/pch/lib.hpp)

include(weft_install)

function(weft_module name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "DEPENDS;HEADERS;SOURCES;LINK")
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "weft_module(${name}): unexpected ${ARG_UNPARSED_ARGUMENTS}")
  endif()
  list(TRANSFORM ARG_DEPENDS PREPEND weft_)
  set(target weft_${name})
  add_library(${target} OBJECT ${ARG_SOURCES})
  add_library(weft::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX VERIFY_INTERFACE_HEADER_SETS ON)
  target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/lib FILES ${ARG_HEADERS})
  target_compile_definitions(${target} PUBLIC ${weft_public_definitions})
  target_link_libraries(${target} PUBLIC ${ARG_DEPENDS} ${ARG_LINK} PRIVATE weft_warnings weft_hardening)
  if(NOT name STREQUAL "base")
    target_link_libraries(${target} PUBLIC Boost::headers Threads::Threads)
    target_precompile_headers(${target} REUSE_FROM weft_pch)
  endif()

  list(TRANSFORM ARG_HEADERS PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  set_property(GLOBAL APPEND PROPERTY weft_modules ${target})
  set_property(GLOBAL APPEND PROPERTY weft_headers ${ARG_HEADERS})
  set_property(GLOBAL APPEND PROPERTY weft_link ${ARG_LINK})
endfunction()

function(weft_library)
  get_property(modules GLOBAL PROPERTY weft_modules)
  get_property(headers GLOBAL PROPERTY weft_headers)
  get_property(link GLOBAL PROPERTY weft_link)
  list(REMOVE_DUPLICATES link)
  list(TRANSFORM modules REPLACE "(.+)" "$<TARGET_OBJECTS:\\1>" OUTPUT_VARIABLE objects)

  add_library(weft ${objects} ${PROJECT_SOURCE_DIR}/lib/weft/version.cpp)
  add_library(weft::weft ALIAS weft)
  target_sources(weft PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/lib FILES ${headers}
    ${PROJECT_SOURCE_DIR}/lib/weft/version.hpp ${PROJECT_SOURCE_DIR}/lib/weft/weft.hpp)
  set_source_files_properties(${PROJECT_SOURCE_DIR}/lib/weft/version.cpp
    PROPERTIES COMPILE_DEFINITIONS "WEFT_VERSION=\"${PROJECT_VERSION}\"")
  target_compile_features(weft PUBLIC cxx_std_20)
  target_compile_definitions(weft PUBLIC ${weft_public_definitions})
  target_link_libraries(weft PUBLIC Boost::headers Threads::Threads ${link})
  target_link_options(weft PRIVATE -Wl,-z,relro,-z,now)
  set_target_properties(weft PROPERTIES VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  weft_install_library(${link})
endfunction()
