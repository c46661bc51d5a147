# How others find an installed llmbridge, by CMake and by pkg-config from any folder, and the archives that cpack makes.
include(CMakePackageConfigHelpers)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/llmbridge)
configure_package_config_file(cmake/llmbridge-config.cmake.in ${CMAKE_BINARY_DIR}/llmbridge-config.cmake
                              INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/llmbridge-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/llmbridge-config.cmake ${CMAKE_BINARY_DIR}/llmbridge-config-version.cmake
        DESTINATION ${package_folder})
install(EXPORT llmbridge NAMESPACE llmbridge:: FILE llmbridge-targets.cmake DESTINATION ${package_folder})

configure_file(cmake/llmbridge.pc.in ${CMAKE_BINARY_DIR}/llmbridge.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/llmbridge.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/llmbridge/licenses RENAME llmbridge.txt)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/llmbridge RENAME copyright) # where Debian looks

set(CPACK_PACKAGE_VENDOR "llmbridge")
set(CPACK_PACKAGE_CONTACT "the maintainers of llmbridge")
set(CPACK_PACKAGE_FILE_NAME llmbridge-${PROJECT_VERSION}-linux-x86_64)
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_GENERATOR TGZ DEB)
set(CPACK_STRIP_FILES ON)
set(CPACK_THREADS 0)
set(CPACK_DEBIAN_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libc6 (>= 2.34), libstdc++6 (>= 12), libgcc-s1")
include(CPack)
