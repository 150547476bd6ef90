#include "services/signalctl/load/load.h"

#include <gtest/gtest.h>

#include "services/signalctl/load/arrivals.h"
#include "services/signalctl/load/histogram.h"

namespace signaling::ctl {
namespace {

using Verdict = Arrivals::Verdict;
using std::chrono::microseconds;

TEST(ArrivalsTest, InOrder) {
  Arrivals arrivals;
  EXPECT_EQ(arrivals.Take(1), Verdict::kNext);
  EXPECT_EQ(arrivals.Take(2), Verdict::kNext);
  EXPECT_EQ(arrivals.count(), 2U);
}

TEST(ArrivalsTest, OneThatWasOvertaken) {
  Arrivals arrivals;
  EXPECT_EQ(arrivals.Take(2), Verdict::kEarly);
  EXPECT_EQ(arrivals.Take(1), Verdict::kLate);
  EXPECT_EQ(arrivals.Take(3), Verdict::kNext);
  EXPECT_EQ(arrivals.count(), 3U);
}

TEST(ArrivalsTest, OneThatCameTwice) {
  Arrivals arrivals;
  EXPECT_EQ(arrivals.Take(3), Verdict::kEarly);
  EXPECT_EQ(arrivals.Take(3), Verdict::kDuplicate);
  EXPECT_EQ(arrivals.Take(2), Verdict::kLate);
  EXPECT_EQ(arrivals.Take(2), Verdict::kDuplicate);
  // 1 is lost.
  EXPECT_EQ(arrivals.count(), 2U);
}

TEST(HistogramTest, QuantilesAreRightToTheirBuckets) {
  Histogram histogram;
  for (int i = 1; i <= 1000; ++i) histogram.Add(microseconds(i));
  EXPECT_EQ(histogram.count(), 1000U);
  EXPECT_NEAR(histogram.Quantile(0.5), 501, 501 * 0.016);
  EXPECT_NEAR(histogram.Quantile(0.99), 991, 991 * 0.016);
  EXPECT_EQ(histogram.Largest(), 1000);
  EXPECT_LE(histogram.Quantile(0.9999), histogram.Largest());
}

TEST(HistogramTest, OfNothing) {
  EXPECT_EQ(Histogram().Quantile(0.5), 0);
  EXPECT_EQ(Histogram().Largest(), 0);
}

TEST(LoadTallyTest, IsOkOnlyWithoutAnyFault) {
  EXPECT_TRUE(LoadTally().ok());
  const auto broken = [](auto change) {
    LoadTally tally;
    change(tally);
    return !tally.ok();
  };
  EXPECT_TRUE(broken([](LoadTally& tally) { tally.lost = 1; }));
  EXPECT_TRUE(broken([](LoadTally& tally) { tally.duplicated = 1; }));
  EXPECT_TRUE(broken([](LoadTally& tally) { tally.reordered = 1; }));
  EXPECT_TRUE(broken([](LoadTally& tally) { tally.changed = 1; }));
  EXPECT_TRUE(broken([](LoadTally& tally) { tally.errors["internal"] = 1; }));
  EXPECT_TRUE(broken([](LoadTally& tally) { tally.closes["1012"] = 1; }));
  EXPECT_TRUE(broken([](LoadTally& tally) { tally.failure = Advice(); }));
}

}  // namespace
}  // namespace signaling::ctl
