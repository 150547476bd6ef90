// Errors end up in logs, and so no fault quotes the message that it is about.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/gateway/codec/decoder_fixture.h"
#include "tests/support/quotes.h"

namespace signaling::gateway {
namespace {

constexpr char kMark[] = "Zq9wXk4vZq9wXk4vZq";

const std::vector<std::string>& Messages() {
  static const std::vector<std::string> messages = {
      R"({"type":"hello","token":"eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl","client_id":"ann","resume":{"session_id":"AvRT8OOmR0a5h2pJq1Zz9Q","resume_token":"BvRT8OOmR0a5h2pJq1Zz9Q","last_seq":7}})",
      R"({"type":"refresh","token":"eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl"})",
      R"({"type":"offer","id":1,"to":"bob","sdp":"v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\na=ice-pwd:P2uYro0UCOQ4zxjKXaWCBui1\r\n"})",
      R"({"type":"ice_candidate","id":2,"candidate":"candidate:1 1 udp 1 192.0.2.1 9 typ host","sdpMid":"0","sdpMLineIndex":0,"usernameFragment":"EsAw"})",
      R"({"type":"create_offer","sdp":"v=0","candidates":[{"candidate":"candidate:1 1 udp 1 192.0.2.1 9 typ host","sdpMid":"0"}],"allowed":["bob"],"ttl_ms":60000,"metadata":{"role":"robot"}})",
      R"({"type":"join","room":"hall","options":{"max_participants":2,"media":"any","allowed":["bob","cem"]}})",
      R"({"type":"message","to":"bob","data":{"secret":["one two three four"]}})",
      R"({"type":"kick","client_id":"bob","ban_ms":1000,"reason":"because of what he said"})"};
  return messages;
}

class ErrorTextTest : public DecoderFixture {
 protected:
  void Look(const std::string& text) {
    const Decoded decoded = Decode(text);
    if (decoded.ok) return;
    ++refused_;
    EXPECT_FALSE(Quotes(decoded.fault.message, text)) << decoded.fault.message << "\n" << text;
    EXPECT_EQ(decoded.fault.message.find("Zq9w"), std::string::npos) << decoded.fault.message;
  }

  int refused_ = 0;
};

TEST_F(ErrorTextTest, OfMessagesThatAreSpoiledSomewhere) {
  for (const std::string& message : Messages()) {
    Look(message);
    for (std::size_t at = 0; at < message.size(); ++at) {
      Look(message.substr(0, at));
      for (const std::string& junk :
           {std::string(kMark), "\"" + std::string(kMark), std::string("\x01"), std::string("\xff"),
            std::string("\\u12"), std::string("{")}) {
        Look(message.substr(0, at) + junk + message.substr(at));
      }
    }
  }
  EXPECT_GT(refused_, 3000);
}

TEST_F(ErrorTextTest, OfValuesOfAnotherKind) {
  for (const std::string& message : Messages()) {
    // What stands behind each colon outside of strings that is a string.
    for (std::size_t at = message.find("\":\""); at != std::string::npos;
         at = message.find("\":\"", at + 1)) {
      const std::size_t end = message.find('"', at + 3);
      const std::string value = message.substr(at + 3, end - at - 3);
      for (const std::string& other :
           {"{\"" + value + "\":1}", "[\"" + value + "\"]", "\"" + value + kMark + " \"",
            "\"" + std::string(10'000, 'x') + kMark + "\""}) {
        Look(message.substr(0, at + 2) + other + message.substr(end + 1));
      }
    }
  }
  EXPECT_GT(refused_, 40);
}

TEST_F(ErrorTextTest, OfTypesThatAreNone) {
  Look(R"({"type":"abcdefghijklmnopq"})");
  Look(R"({"type":"Zq9w"})");
  EXPECT_EQ(Decode(R"({"type":"abcdefghijklmnop"})").fault.message,
            "no message has the type abcdefghijklmnop");
  EXPECT_EQ(Decode(R"({"type":"abcdefghijklmnopq"})").fault.message, "no message has this type");
  EXPECT_EQ(refused_, 2);
}

}  // namespace
}  // namespace signaling::gateway
