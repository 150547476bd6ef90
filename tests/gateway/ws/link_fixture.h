// A session whose link the test breaks. Not thread-safe.
#pragma once

#include <string>

#include "absl/strings/str_cat.h"
#include "tests/gateway/ws/fakes.h"

namespace signaling::gateway {

class LinkFixture : public SessionFixture {
 protected:
  void Message(std::uint64_t id) {
    Text(absl::StrCat(R"({"type":"message","data":)", id, R"(,"id":)", id, "}"));
  }
  void ExpectMessage(std::uint64_t id, std::uint64_t after_id) {
    const auto frame = link_.Take();
    EXPECT_EQ(frame.app().data(), std::to_string(id)) << frame.ShortDebugString();
    EXPECT_EQ(frame.id(), id);
    EXPECT_EQ(frame.after_id(), after_id);
  }
  void ExpectAttach(std::uint64_t received_seq, std::uint64_t acked_seq) {
    const auto frame = link_.Take();
    ASSERT_TRUE(frame.has_attach()) << frame.ShortDebugString();
    EXPECT_EQ(frame.attach().session_id(), session_id_);
    EXPECT_EQ(frame.attach().epoch(), kEpoch);
    EXPECT_EQ(frame.attach().received_seq(), received_seq);
    EXPECT_EQ(frame.attach().acked_seq(), acked_seq);
    EXPECT_EQ(frame.id(), 0u);
  }
};

}  // namespace signaling::gateway
