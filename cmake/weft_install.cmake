# weft_install_library(): weft::weft with its headers, weft-config.cmake and weft.pc. Called by weft_library().

include(CMakePackageConfigHelpers)

function(weft_install_library)
  install(TARGETS weft EXPORT weft FILE_SET HEADERS)
  set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/weft)
  install(EXPORT weft NAMESPACE weft:: FILE weft-targets.cmake DESTINATION ${package_dir})
  configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/weft-config.cmake.in weft-config.cmake
    INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO)
  write_basic_package_version_file(weft-config-version.cmake COMPATIBILITY SameMinorVersion)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/weft-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/weft-config-version.cmake
    DESTINATION ${package_dir})

  # A static libweft.a needs its own libraries on the command line, a shared one carries them.
  set(pc_libs "-lboost_url -lboost_json -lpthread")
  if(BUILD_SHARED_LIBS)
    set(pc_private ".private")
    set(pc_libs_private ${pc_libs})
    unset(pc_libs)
  endif()
  file(RELATIVE_PATH pc_up /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
  list(TRANSFORM weft_public_definitions PREPEND -D OUTPUT_VARIABLE pc_definitions)
  list(JOIN pc_definitions " " pc_definitions)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/weft.pc.in weft.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/weft.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()
