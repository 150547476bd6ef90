#include "services/common/ids.h"

#include <gtest/gtest.h>

#include <set>

namespace signaling {
namespace {

TEST(IdsTest, AcceptsEveryAllowedCharacter) { EXPECT_TRUE(IsValidId("aZ09._~:@-")); }

TEST(IdsTest, RefusesEmptyTooLongAndForeignCharacters) {
  EXPECT_FALSE(IsValidId(""));
  EXPECT_TRUE(IsValidId(std::string(128, 'a')));
  EXPECT_FALSE(IsValidId(std::string(129, 'a')));
  for (const char* id : {"a b", "a/b", "\xc3\xa4", "a\n", "<a>", "a,b"}) {
    EXPECT_FALSE(IsValidId(id)) << id;
  }
}

TEST(IdsTest, RandomIdsAreValidAndDiffer) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = NewRandomId();
    EXPECT_EQ(id.size(), 22u);
    EXPECT_TRUE(IsValidId(id)) << id;
    EXPECT_TRUE(seen.insert(id).second);
  }
}

}  // namespace
}  // namespace signaling
