#include "gateway/admission.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace signaling::gateway {
namespace {

TEST(AdmissionTest, APlaceIsGivenBack) {
  Admission admission({.max_sockets = 1, .max_sessions = 1});
  {
    const auto seat = admission.TakeSession("a");
    EXPECT_TRUE(seat);
    EXPECT_FALSE(admission.TakeSession("b"));
  }
  EXPECT_EQ(admission.sessions(), 0u);
  EXPECT_TRUE(admission.TakeSession("b"));
}

TEST(AdmissionTest, AMovedPlaceIsOnePlace) {
  Admission admission({.max_sockets = 2, .max_sessions = 1});
  auto one = admission.TakeSocket();
  auto two = admission.TakeSocket();
  one = std::move(two);
  EXPECT_EQ(admission.sockets(), 1u);
  auto three = std::move(one);
  EXPECT_EQ(admission.sockets(), 1u);
  three.Release();
  three.Release();
  EXPECT_EQ(admission.sockets(), 0u);
}

TEST(AdmissionTest, AFewMoreThanFreeSessionsMayWait) {
  Admission admission({.max_sockets = 100, .max_sessions = 10});
  std::vector<Admission::Seat> seats;
  for (int i = 0; i < 10; ++i) seats.push_back(admission.TakeSession(std::to_string(i)));
  std::vector<Admission::Place> places;
  for (int i = 0; i < 4; ++i) {
    places.push_back(admission.TakeWaiting());
    EXPECT_TRUE(places.back());
  }
  EXPECT_FALSE(admission.TakeWaiting());
}

TEST(AdmissionTest, OneInTenOfALargeCapMayWait) {
  Admission admission({.max_sockets = 1000, .max_sessions = 100});
  std::vector<Admission::Seat> seats;
  for (int i = 0; i < 100; ++i) seats.push_back(admission.TakeSession(std::to_string(i)));
  std::vector<Admission::Place> places;
  int waiting = 0;
  while (auto place = admission.TakeWaiting()) {
    places.push_back(std::move(place));
    ++waiting;
  }
  EXPECT_EQ(waiting, 10);
}

TEST(AdmissionTest, ALoweredCapTakesNothingAwayAndAHigherOneHoldsAtOnce) {
  Admission admission({.max_sockets = 100, .max_sessions = 3});
  std::vector<Admission::Seat> seats;
  for (const char* session : {"a", "b", "c"}) seats.push_back(admission.TakeSession(session));
  admission.SetMaxSessions(1);
  EXPECT_EQ(admission.max_sessions(), 1U);
  EXPECT_EQ(admission.sessions(), 3U);
  EXPECT_TRUE(admission.TakeSession("d", "a")) << "who comes back has a place";
  seats.pop_back();
  EXPECT_FALSE(admission.TakeSession("d"));
  std::vector<Admission::Place> waiting;
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(waiting.emplace_back(admission.TakeWaiting()));
  EXPECT_FALSE(admission.TakeWaiting());
  admission.SetMaxSessions(3);
  EXPECT_TRUE(admission.TakeWaiting());
  EXPECT_TRUE(admission.TakeSession("d"));
}

TEST(AdmissionTest, IsExactAcrossThreads) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 2000;
  constexpr std::size_t kCap = 3;
  Admission admission({.max_sockets = 1, .max_sessions = kCap});
  std::atomic<std::size_t> most{0};
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, name = std::to_string(i)] {
      for (int round = 0; round < kRounds; ++round) {
        const auto one = admission.TakeSession(name);
        const auto two = admission.TakeSession("b" + name);
        const std::size_t seen = admission.sessions();
        std::size_t before = most.load();
        while (seen > before && !most.compare_exchange_weak(before, seen)) {
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most.load(), kCap);
  EXPECT_EQ(admission.sessions(), 0u);
}

TEST(AdmissionTest, WhoResumesSharesThePlaceAtTheCap) {
  Admission admission({.max_sockets = 9, .max_sessions = 1});
  auto old = admission.TakeSession("a");
  EXPECT_FALSE(admission.TakeSession("b", "unknown"));
  auto resumed = admission.TakeSession("b", "a");
  ASSERT_TRUE(resumed);
  EXPECT_EQ(admission.sessions(), 1u);
  EXPECT_TRUE(resumed.Settle("a"));
  old.Release();
  old.Release();
  EXPECT_EQ(admission.sessions(), 1u) << "it is given back once, by the last";
  EXPECT_FALSE(admission.TakeSession("c"));
  resumed.Release();
  EXPECT_EQ(admission.sessions(), 0u);
}

TEST(AdmissionTest, WhoDidNotResumeNeedsAPlaceOfItsOwn) {
  Admission admission({.max_sockets = 9, .max_sessions = 1});
  auto old = admission.TakeSession("a");
  {
    auto claimed = admission.TakeSession("b", "a");
    EXPECT_FALSE(claimed.Settle("b")) << "the session that it named lives on";
    EXPECT_EQ(admission.sessions(), 1u);
  }
  EXPECT_EQ(admission.sessions(), 1u);
  auto claimed = admission.TakeSession("b", "a");
  old.Release();
  EXPECT_TRUE(claimed.Settle("b")) << "it is gone, and its place is free";
  EXPECT_EQ(admission.sessions(), 1u);
  EXPECT_FALSE(admission.TakeSession("a"));
}

TEST(AdmissionTest, TwoResumesOfOneSessionAreOnePlace) {
  Admission admission({.max_sockets = 9, .max_sessions = 2});
  auto other = admission.TakeSession("other");
  auto old = admission.TakeSession("a");
  auto one = admission.TakeSession("b", "a");
  auto two = admission.TakeSession("c", "a");
  EXPECT_TRUE(one.Settle("a"));
  old.Release();
  EXPECT_TRUE(two.Settle("a"));
  one.Release();
  EXPECT_EQ(admission.sessions(), 2u);
  two.Release();
  EXPECT_EQ(admission.sessions(), 1u);
}

TEST(AdmissionTest, AResumedSessionThatWasNotHereTakesItsIdAlong) {
  Admission admission({.max_sockets = 9, .max_sessions = 2});
  auto resumed = admission.TakeSession("new", "elsewhere");
  EXPECT_TRUE(resumed.Settle("elsewhere"));
  EXPECT_EQ(admission.sessions(), 1u);
  auto again = admission.TakeSession("newer", "elsewhere");
  EXPECT_EQ(admission.sessions(), 1u);
}

TEST(AdmissionTest, ResumingIsExactAcrossThreads) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 2000;
  Admission admission({.max_sockets = 1, .max_sessions = 2});
  std::atomic<bool> over{false};
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, own = std::to_string(i)] {
      for (int round = 0; round < kRounds; ++round) {
        auto seat = admission.TakeSession(own, "shared");
        if (admission.sessions() > 2) over = true;
        if (seat && !seat.Settle(round % 2 == 0 ? "shared" : own)) continue;
        auto moved = std::move(seat);
        if (admission.sessions() > 2) over = true;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(over);
  EXPECT_EQ(admission.sessions(), 0u);
}

TEST(AdmissionTest, SomeSocketsAreLeftBesideTheReserve) {
  EXPECT_GE(RaiseDescriptorLimit(16), 1u);
  EXPECT_EQ(RaiseDescriptorLimit(static_cast<std::size_t>(-1)), 1u);
}

}  // namespace
}  // namespace signaling::gateway
