#include "services/common/secret_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace signaling {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string FileWith(const std::string& name, const std::string& text) {
  const std::string path = ::testing::TempDir() + name + std::to_string(getpid());
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

TEST(SecretFileTest, OneALine) {
  const auto secrets = ReadSecrets(FileWith("good", "\n  north=1 \r\n\n\tsouth#2\n"));
  ASSERT_TRUE(secrets.ok()) << secrets.status();
  EXPECT_THAT(*secrets, ElementsAre("north=1", "south#2"));
  const auto without_end = ReadSecrets(FileWith("short", "x"));
  ASSERT_TRUE(without_end.ok());
  EXPECT_THAT(*without_end, ElementsAre("x"));
}

TEST(SecretFileTest, WhatCannotBeASecretIsRefusedWithoutSayingIt) {
  const std::string pipe = ::testing::TempDir() + "pipe" + std::to_string(getpid());
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const std::string bad[] = {FileWith("empty", ""),
                             FileWith("blank", " \n\n"),
                             FileWith("spaces", "good\nhidden word\n"),
                             FileWith("binary", std::string("hidden\0", 7)),
                             FileWith("large", std::string(65537, 'h')),
                             ::testing::TempDir(),
                             ::testing::TempDir() + "there-is-none",
                             pipe};
  for (const std::string& path : bad) {
    const auto secrets = ReadSecrets(path);
    ASSERT_FALSE(secrets.ok()) << path;
    EXPECT_THAT(std::string(secrets.status().message()), HasSubstr(path));
    EXPECT_THAT(std::string(secrets.status().message()), Not(HasSubstr("hidden")));
  }
  unlink(pipe.c_str());
  EXPECT_THAT(std::string(ReadSecrets(bad[2]).status().message()), HasSubstr("line 2"));
}

}  // namespace
}  // namespace signaling
