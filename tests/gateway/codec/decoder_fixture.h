// What the tests of the decoder share. Not thread-safe.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>

#include "gateway/codec/decoder.h"

namespace signaling::gateway {

struct Decoded {
  bool ok = false;
  ClientMessage message;
  signaling::v1::UpFrame frame;
  DecodeFault fault;
};

struct BadCase {
  std::string_view name;
  std::string text;
  Reason reason;
  std::string_view message;  // a part of it
  bool numbered = false;
  std::uint64_t id = 0;
};

inline void PrintTo(const BadCase& c, std::ostream* os) { *os << c.name; }

inline std::string CaseName(const testing::TestParamInfo<BadCase>& info) {
  return std::string(info.param.name);
}

class DecoderFixture : public testing::Test {
 protected:
  Decoded Decode(std::string_view text) {
    Decoded d;
    d.frame.set_slot(7);
    d.frame.mutable_alive();  // an old body never survives
    d.ok = decoder_.Decode(text, &d.message, &d.frame, &d.fault);
    EXPECT_EQ(d.frame.slot(), 7U);
    EXPECT_LE(d.fault.message.size(), 512U);
    if (d.ok) {
      EXPECT_EQ(d.fault.message, "");
    } else {
      EXPECT_EQ(d.frame.body_case(), signaling::v1::UpFrame::BODY_NOT_SET);
      EXPECT_NE(d.fault.message, "");
    }
    return d;
  }

  void ExpectRefused(const BadCase& c) {
    const Decoded d = Decode(c.text);
    EXPECT_FALSE(d.ok);
    EXPECT_EQ(d.fault.reason, c.reason);
    EXPECT_THAT(d.fault.message, testing::HasSubstr(std::string(c.message)));
    EXPECT_EQ(d.fault.numbered, c.numbered);
    EXPECT_EQ(d.fault.id, c.id);
    EXPECT_TRUE(Decode(R"({"type":"leave"})").ok)
        << "the next message is read as if nothing had been";
  }

  Decoder decoder_{Decoder::Limits()};
};

}  // namespace signaling::gateway
