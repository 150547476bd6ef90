#include "services/common/renewal_log.h"

#include <gtest/gtest.h>

namespace signaling {
namespace {

TEST(EndWarningTest, SpeaksInTheLastSevenDays) {
  const absl::Time now = absl::FromUnixSeconds(1'700'000'000);
  const absl::Duration week = absl::Hours(7 * 24);
  EXPECT_EQ(EndWarning(now + week + absl::Seconds(1), now), "");
  EXPECT_EQ(EndWarning(now + week, now), "ends within 7 days");
  EXPECT_EQ(EndWarning(now + absl::Seconds(1), now), "ends within 7 days");
  EXPECT_EQ(EndWarning(now, now), "has ended");
}

}  // namespace
}  // namespace signaling
