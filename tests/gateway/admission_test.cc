#include "gateway/admission.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace signaling::gateway {
namespace {

TEST(AdmissionTest, APlaceIsGivenBack) {
  Admission admission({.max_sockets = 1, .max_sessions = 1});
  {
    const auto place = admission.TakeSession();
    EXPECT_TRUE(place);
    EXPECT_FALSE(admission.TakeSession());
  }
  EXPECT_EQ(admission.sessions(), 0u);
  EXPECT_TRUE(admission.TakeSession());
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
  std::vector<Admission::Place> places;
  places.reserve(200);
  for (int i = 0; i < 10; ++i) places.push_back(admission.TakeSession());
  for (int i = 0; i < 4; ++i) {
    places.push_back(admission.TakeWaiting());
    EXPECT_TRUE(places.back());
  }
  EXPECT_FALSE(admission.TakeWaiting());
}

TEST(AdmissionTest, OneInTenOfALargeCapMayWait) {
  Admission admission({.max_sockets = 1000, .max_sessions = 100});
  std::vector<Admission::Place> places;
  places.reserve(200);
  for (int i = 0; i < 100; ++i) places.push_back(admission.TakeSession());
  int waiting = 0;
  while (auto place = admission.TakeWaiting()) {
    places.push_back(std::move(place));
    ++waiting;
  }
  EXPECT_EQ(waiting, 10);
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
    threads.emplace_back([&] {
      for (int round = 0; round < kRounds; ++round) {
        const auto one = admission.TakeSession();
        const auto two = admission.TakeSession();
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

TEST(AdmissionTest, SomeSocketsAreLeftBesideTheReserve) {
  EXPECT_GE(RaiseDescriptorLimit(16), 1u);
  EXPECT_EQ(RaiseDescriptorLimit(static_cast<std::size_t>(-1)), 1u);
}

}  // namespace
}  // namespace signaling::gateway
