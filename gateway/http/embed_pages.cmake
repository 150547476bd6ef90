# cmake -D OUTPUT=pages_data.cc -D PAGES="a;b" -D CLIENT="c;d" -P embed_pages.cmake: writes what the gateway serves as a C++
# source, the pages at the root and the modules of the browser client below /client.
cmake_minimum_required(VERSION 3.25)
set(types_html "text/html; charset=utf-8")
set(types_js "text/javascript; charset=utf-8")
set(types_css "text/css; charset=utf-8")
set(types_svg "image/svg+xml")

set(arrays "")
set(rows "")
set(index 0)
foreach(file IN LISTS PAGES CLIENT)
  get_filename_component(name "${file}" NAME)
  string(REGEX REPLACE ".*\\." "" extension "${name}")
  if(NOT DEFINED types_${extension})
    message(FATAL_ERROR "${name}: no media type is known for .${extension}")
  endif()
  # robot.html is /robot, and index.html is the root.
  string(REGEX REPLACE "^(index)?(.*)\\.html$" "\\2" path "${name}")
  if(file IN_LIST CLIENT)
    string(PREPEND path "client/")
  endif()
  string(PREPEND path "/")
  file(SHA256 "${file}" hash)
  string(SUBSTRING "${hash}" 0 32 tag)
  file(READ "${file}" hex HEX)
  string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" hex "${hex}")
  string(REGEX REPLACE "([^\n]+)" "    \"\\1\"" hex "${hex}")
  file(SIZE "${file}" size)
  string(APPEND arrays "constexpr char kBody${index}[] =\n${hex}\n    \"\";\n")
  string(APPEND rows
    "    {\"${path}\", \"${types_${extension}}\", \"\\\"${tag}\\\"\", {kBody${index}, ${size}}},\n")
  math(EXPR index "${index} + 1")
endforeach()

file(WRITE "${OUTPUT}" "// Made by embed_pages.cmake.
#include \"gateway/http/pages.h\"

namespace signaling::gateway {
namespace {

${arrays}
constexpr Page kPages[] = {
${rows}};

}  // namespace

std::span<const Page> Pages() { return kPages; }

}  // namespace signaling::gateway
")
