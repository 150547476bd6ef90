# Every target of ours is made by one of these, so that warnings, definitions and dependencies are in one place.

add_library(signaling_flags INTERFACE)
target_compile_options(signaling_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor
  $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>
  # Asio uses atomic_thread_fence, which gcc's ThreadSanitizer names on every use.
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<BOOL:${SIGNALING_TSAN}>>:-Wno-tsan>
  $<$<BOOL:${SIGNALING_WERROR}>:-Werror>)
target_compile_definitions(signaling_flags INTERFACE $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)

# signaling_library(NAME SOURCES a.cc … DEPS lib …): sources may be none, for headers only.
function(signaling_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  if(ARG_SOURCES)
    add_library(${name} STATIC ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE signaling_flags PUBLIC ${ARG_DEPS})
    target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE ${ARG_DEPS})
    target_include_directories(${name} INTERFACE ${CMAKE_SOURCE_DIR})
  endif()
endfunction()

# signaling_binary(NAME SOURCES main.cc DEPS lib …)
function(signaling_binary name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE signaling_flags ${ARG_DEPS})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
endfunction()

# signaling_test(NAME LABEL unit|contract|integration SOURCES a_test.cc … DEPS lib …): GoogleTest, one ctest entry a case.
function(signaling_test name)
  cmake_parse_arguments(ARG "" "LABEL" "SOURCES;DEPS" ${ARGN})
  signaling_binary(${name} SOURCES ${ARG_SOURCES} DEPS ${ARG_DEPS} GTest::gmock GTest::gtest_main)
  gtest_discover_tests(${name} TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS "${ARG_LABEL}" TIMEOUT 120)
endfunction()
