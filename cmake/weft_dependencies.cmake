# Every library weft stands on. Each one is a row of cmake/debian-packages.txt and a find_dependency() of weft-config.cmake.in.

find_package(Boost 1.81.0 EXACT REQUIRED CONFIG COMPONENTS url json)
find_package(OpenSSL 3.0 REQUIRED)
find_package(spdlog REQUIRED)
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
if(WEFT_BUILD_APPS)
  find_package(CLI11 REQUIRED)
endif()
if(WEFT_BUILD_TESTS)
  find_package(doctest REQUIRED)
endif()
