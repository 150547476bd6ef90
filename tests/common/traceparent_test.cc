#include "services/common/traceparent.h"

#include <gtest/gtest.h>

#include <string>

namespace signaling {
namespace {

bool IsTraceparent(std::string_view text) { return !WellFormedTraceparent(text).empty(); }

// The example of the Recommendation, section 3.2.3.
const std::string kGood = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

std::string With(std::size_t at, char c) {
  std::string text = kGood;
  text[at] = c;
  return text;
}

TEST(TraceparentTest, TakesWhatIsWellFormed) {
  EXPECT_TRUE(IsTraceparent(kGood));
  EXPECT_TRUE(IsTraceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"));
  // Flags that are not known yet.
  EXPECT_TRUE(IsTraceparent("00-00000000000000000000000000000001-0000000000000001-ff"));
}

TEST(TraceparentTest, TakesLaterVersionsAsFarAsTheyAreKnown) {
  EXPECT_TRUE(IsTraceparent("01" + kGood.substr(2)));
  EXPECT_TRUE(IsTraceparent("fe" + kGood.substr(2) + "-what-the-future-will-be-like"));
  EXPECT_FALSE(IsTraceparent("cc" + kGood.substr(2) + ".not"));
  EXPECT_FALSE(IsTraceparent("cc" + kGood.substr(2) + "0"));
}

TEST(TraceparentTest, EndsWithVersion00AtItsLength) {
  EXPECT_FALSE(IsTraceparent(kGood + "-00"));
  EXPECT_FALSE(IsTraceparent(kGood + "0"));
  EXPECT_FALSE(IsTraceparent(kGood.substr(0, kGood.size() - 1)));
  EXPECT_FALSE(IsTraceparent(""));
}

TEST(TraceparentTest, RefusesVersionFf) { EXPECT_FALSE(IsTraceparent("ff" + kGood.substr(2))); }

TEST(TraceparentTest, RefusesIdsOfZeros) {
  EXPECT_FALSE(IsTraceparent("00-00000000000000000000000000000000-00f067aa0ba902b7-01"));
  EXPECT_FALSE(IsTraceparent("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01"));
}

TEST(TraceparentTest, RefusesAnyOtherCharacterAnywhere) {
  for (std::size_t at = 0; at < kGood.size(); ++at) {
    for (const char c : {'A', 'F', 'g', ' ', '"', '\n', '\0', '\xc3'}) {
      EXPECT_FALSE(IsTraceparent(With(at, c))) << at << " " << static_cast<int>(c);
    }
  }
  EXPECT_FALSE(IsTraceparent(" " + kGood));
}

TEST(TraceparentTest, LeavesOutWhatALaterVersionAppends) {
  const std::string later = "01" + kGood.substr(2);
  EXPECT_EQ(WellFormedTraceparent(later), later);
  EXPECT_EQ(WellFormedTraceparent(later + "-"), later);
  EXPECT_EQ(WellFormedTraceparent(later + "-192.0.2.1\n" + std::string(1000, 'x')), later);
}

}  // namespace
}  // namespace signaling
