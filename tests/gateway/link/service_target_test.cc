#include "gateway/link/service_target.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace signaling::gateway {
namespace {

TEST(ServiceTargetTest, OneReplica) {
  const auto target = ParseServiceTarget("service.example:50051");
  ASSERT_TRUE(target.ok());
  EXPECT_EQ(target->replicas, std::vector<std::string>{"service.example:50051"});
  EXPECT_EQ(target->name, "");
}

TEST(ServiceTargetTest, AListOfThem) {
  const auto target = ParseServiceTarget("10.0.0.1:1,[2001:db8::1]:65535,a-b_c:3");
  ASSERT_TRUE(target.ok());
  EXPECT_EQ(target->replicas,
            (std::vector<std::string>{"10.0.0.1:1", "[2001:db8::1]:65535", "a-b_c:3"}));
}

TEST(ServiceTargetTest, ANameWhoseAddressesAreReplicas) {
  const auto target = ParseServiceTarget("dns:///signaling.default.svc.cluster.local:50051");
  ASSERT_TRUE(target.ok());
  EXPECT_TRUE(target->replicas.empty());
  EXPECT_EQ(target->name, "signaling.default.svc.cluster.local");
  EXPECT_EQ(target->port, "50051");
  const auto literal = ParseServiceTarget("dns:///[::1]:50051");
  ASSERT_TRUE(literal.ok());
  EXPECT_EQ(literal->name, "::1");
}

TEST(ServiceTargetTest, RefusesNonsense) {
  for (const char* text : {"",
                           ",",
                           "a",
                           "a:",
                           ":1",
                           "a:0",
                           "a:65536",
                           "a:-1",
                           "a:+1",
                           "a: 1",
                           "a b:1",
                           "a:1,",
                           "a:1,,b:1",
                           "a:1, b:1",
                           "a:1,a:1",
                           "::1:50051",
                           "[::1]",
                           "[::1:1",
                           "[a]:1",
                           "[]:1",
                           "dns:///",
                           "dns:///a",
                           "dns://8.8.8.8/a:1",
                           "dns:///a:1,b:1",
                           "dns:a:1",
                           "unix:/tmp/a:1",
                           "a:1,dns:///b:1",
                           "http://a:1"}) {
    const auto target = ParseServiceTarget(text);
    ASSERT_FALSE(target.ok()) << text;
    EXPECT_EQ(std::string(target.status().message()).find('\n'), std::string::npos);
  }
}

TEST(ServiceTargetTest, TakesNoMoreThanAWorkerCanHaveLinksTo) {
  std::string text = "a:1";
  for (std::size_t i = 2; i <= kMaxReplicas; ++i) absl::StrAppend(&text, ",a:", i);
  EXPECT_TRUE(ParseServiceTarget(text).ok());
  EXPECT_FALSE(ParseServiceTarget(text + ",b:1").ok());
}

}  // namespace
}  // namespace signaling::gateway
