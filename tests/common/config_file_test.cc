#include "services/common/config_file.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace signaling {
namespace {

std::vector<std::string> Read(const std::string& text) {
  const auto all = ParseConfigFile(text, "f");
  if (!all.ok()) return {std::string(all.status().message())};
  std::vector<std::string> read;
  for (const Assignment& one : *all) read.push_back(one.where + " " + one.name + "=" + one.text);
  return read;
}

using Lines = std::vector<std::string>;

TEST(ConfigFileTest, ScalarsAreTakenAsTheyAreWritten) {
  EXPECT_EQ(
      Read("# of it\na: 0x10\n\nb: yes\nc: 1e3\nd: 'x: y'\ne: \"\\u00e9 #\"\nf: 30s # why\n"),
      (Lines{"f:2 a=0x10", "f:4 b=yes", "f:5 c=1e3", "f:6 d=x: y", "f:7 e=é #", "f:8 f=30s"}));
  EXPECT_EQ(Read("a: \"\"\nb: ''\n"), (Lines{"f:1 a=", "f:2 b="}));
  EXPECT_EQ(Read("{a: 1, b: 2}"), (Lines{"f:1 a=1", "f:1 b=2"}));
  EXPECT_EQ(Read("---\na: 1\n...\n"), Lines{"f:2 a=1"});
  EXPECT_EQ(Read("a: 1\r\nb: 2\r\n"), (Lines{"f:1 a=1", "f:2 b=2"}));
}

TEST(ConfigFileTest, AListIsItsItems) {
  EXPECT_EQ(Read("a: [x, 'y z']\nb:\n  - 1\n  - 2\nc: []\nd: x,y\n"),
            (Lines{"f:1 a=x,y z", "f:2 b=1,2", "f:5 c=", "f:6 d=x,y"}));
}

TEST(ConfigFileTest, NothingIsNothing) {
  for (const char* text : {"", "\n", "# only\n", "---\n", "{}", "~"}) {
    EXPECT_EQ(Read(text), Lines{}) << text;
  }
}

TEST(ConfigFileTest, WhatIsNoFlatMappingIsRefusedWithItsLine) {
  const std::pair<const char*, const char*> cases[] = {
      {"a: 1\nb: 2\na: 3\n", "f:3: a: is there twice"},
      {"a: 1\nb:\n", "f:2: b: has no value; an empty one is \"\""},
      {"a: ~\n", "f:1: a: has no value; an empty one is \"\""},
      {"a: null\n", "f:1: a: has no value; an empty one is \"\""},
      {"a:\n  b: 1\n", "f:1: a: must be a value, or a list of values"},
      {"a: [[1]]\n", "f:1: a: must be a list of plain values"},
      {"a: [~]\n", "f:1: a: must be a list of plain values"},
      {"a: ['']\n", "f:1: a: an item of the list is empty, or has a comma"},
      {"a: ['x,y']\n", "f:1: a: an item of the list is empty, or has a comma"},
      {"a: !secret x\n", "f:1: a: tags are not taken"},
      {"a: !!int 3\n", "f:1: a: tags are not taken"},
      {"a: [!x y]\n", "f:1: a: tags are not taken"},
      {"[a]: 1\n", "f:1: the name of a setting must be text"},
      {"- a\n", "f:1: must be a mapping of settings to values"},
      {"a\n", "f:1: must be a mapping of settings to values"},
      {"a: 1\n---\nb: 2\n", "f: holds more than one document, or what is none"},
      {"a: &x 1\nb: *x\n", "f:2: b: aliases are not taken"},
      {"a: 1\n[b]: 2\n", "f:2: the name of a setting must be text"},
      {"~: 1\n", "f:1: the name of a setting must be text"},
      {"a: [b: 1]\n", "f:1: a: must be a list of plain values"},
      // What is left of a file that is half written, or of one with a quote too few.
      {"a: \"x\n", "f:1: illegal EOF in scalar"},
      {"a: 'x\nb: 1\n\n", "f:2: illegal EOF in scalar"},
      {"a: \"x", "f:1: illegal EOF in scalar"},
      // yaml-cpp 0.7 takes this for documents without end.
      {",--\na: 1\n", "f: holds more than one document, or what is none"},
  };
  for (const auto& [text, error] : cases) EXPECT_EQ(Read(text), Lines{error}) << text;
  // In the words of the library.
  for (const char* text :
       {"a: &x 1\nb: *y\n", "a: 1\n b: 2\n", "a: [1\n", "a: 1\n\tb: 2\n", "a: %x\n%"}) {
    const Lines read = Read(text);
    ASSERT_EQ(read.size(), 1U) << text;
    EXPECT_EQ(read[0].find("f:"), 0U) << read[0];
    EXPECT_EQ(read[0].find(" a="), std::string::npos) << read[0];
  }
}

TEST(ConfigFileTest, OnlyUtf8IsText) {
  EXPECT_EQ(Read("\xef\xbb\xbf"
                 "a: 1\n"),
            Lines{"f:1 a=1"});
  EXPECT_EQ(Read(std::string("a\0:\0 \0001\0", 8)), Lines{"f:1: is not text in UTF-8"});
  EXPECT_EQ(Read(std::string("a: 1\n\0", 6)), Lines{"f:1: is not text in UTF-8"});
}

TEST(ConfigFileTest, DeepNestingEndsWithAnError) {
  const std::string deep = "a: " + std::string(20'000, '[');
  const Lines read = Read(deep);
  ASSERT_EQ(read.size(), 1U);
  EXPECT_EQ(read[0].find("f:1"), 0U) << read[0];
}

}  // namespace
}  // namespace signaling
