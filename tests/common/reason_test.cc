#include "services/common/reason.h"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

namespace signaling {
namespace {

TEST(ReasonTest, CodesAreUniqueAndLookUpTheirOwnRow) {
  std::set<std::string_view> codes;
  for (const ReasonInfo& row : AllReasons()) {
    EXPECT_TRUE(codes.insert(row.code).second) << row.code;
    EXPECT_EQ(&Info(row.reason), &row);
  }
}

// docs of the protocol: 4000 to 4499 say connect again, 4500 to 4999 do not.
TEST(ReasonTest, ActionAgreesWithTheRangeOfTheCloseCode) {
  for (const ReasonInfo& row : AllReasons()) {
    const int code = static_cast<int>(row.close_code);
    if (row.action == Action::kReconnect) {
      EXPECT_LT(code, 4500) << row.code;
    }
    if (row.action == Action::kClose) {
      EXPECT_GE(code, 4500) << row.code;
    }
  }
}

}  // namespace
}  // namespace signaling
