// Errors end up in logs, and so no error quotes what it is about: what real peers sent, broken in many ways.
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "services/signaling/core/checks.h"
#include "services/signaling/core/ice.h"
#include "services/signaling/core/json.h"
#include "services/signaling/core/sdp.h"
#include "tests/sdp/corpus.h"
#include "tests/support/quotes.h"

namespace signaling {
namespace {

namespace v1 = signaling::v1;

// In no text of ours.
constexpr char kMark[] = "Zq9wXk4v";

struct Counted {
  int refused = 0;

  void Look(const absl::Status& status, const std::string& input) {
    if (status.ok()) return;
    ++refused;
    const std::string message(status.message());
    EXPECT_FALSE(Quotes(message, input)) << message;
    EXPECT_EQ(message.find(kMark), std::string::npos) << message;
  }
};

std::vector<std::string> Split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, at);) parts.push_back(part);
  return parts;
}

std::string Join(const std::vector<std::string>& parts, char with) {
  std::string text;
  for (const std::string& part : parts) text += part + with;
  return text;
}

// The text without one of its parts, with it twice, and with it spoiled at its end, its beginning and altogether.
template <typename Visit>
void ForEachBroken(const std::string& text, char separator, Visit visit) {
  const std::vector<std::string> parts = Split(text, separator);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    for (const std::string& part :
         {std::string(), parts[i] + separator + parts[i], parts[i] + kMark, kMark + parts[i],
          parts[i].substr(0, 2) + kMark, parts[i] + '\x01' + kMark, parts[i] + " " + kMark}) {
      std::vector<std::string> broken = parts;
      broken[i] = part;
      visit(Join(broken, separator));
    }
  }
}

TEST(ErrorTextTest, OfDescriptions) {
  Counted counted;
  std::size_t number = 0;
  for (const Captured& captured : CapturedDescriptions()) {
    if (number++ % 10 != 0) continue;  // of each kind some: all would take long
    ForEachBroken(captured.text, '\n',
                  [&](const std::string& sdp) { counted.Look(CheckSdp(sdp), sdp); });
  }
  EXPECT_GT(counted.refused, 1000);
}

TEST(ErrorTextTest, OfCandidates) {
  Counted counted;
  for (const Captured& captured : CapturedCandidates()) {
    ForEachBroken(captured.text, ' ', [&](const std::string& candidate) {
      counted.Look(CheckCandidate(candidate), candidate);
      v1::UpFrame frame;
      frame.mutable_signal()->mutable_to()->assign("peer");
      frame.mutable_signal()->mutable_ice_candidate()->set_candidate(candidate);
      counted.Look(CheckCommand(frame), candidate);
    });
  }
  EXPECT_GT(counted.refused, 1000);
}

TEST(ErrorTextTest, OfJson) {
  Counted counted;
  const std::string json =
      R"({ "resume_token" : "AvRT8OOmR0a5h2pJq1Zz9Q" , "list" : [ 1 , 2.5e3 , null , true ] , "text" : "a b" })";
  ForEachBroken(json, ' ', [&](const std::string& text) { counted.Look(CheckJson(text), text); });
  EXPECT_GT(counted.refused, 50);
}

TEST(ErrorTextTest, OfNames) {
  Counted counted;
  const std::string name = std::string("a name that is none ") + kMark;
  v1::UpFrame frame;
  frame.mutable_room()->mutable_join()->set_room(name);
  counted.Look(CheckCommand(frame), name);
  frame.mutable_signal()->set_to(name);
  frame.mutable_signal()->mutable_reject();
  counted.Look(CheckCommand(frame), name);
  frame.mutable_offer()->mutable_claim()->set_offer_id(name);
  counted.Look(CheckCommand(frame), name);
  frame.mutable_app()->set_to(name);
  counted.Look(CheckCommand(frame), name);
  v1::Open open;
  open.set_path(v1::SESSION_PATH_V1);
  open.set_client_id(name);
  counted.Look(CheckOpen(open), name);
  open.clear_client_id();
  open.set_remote_address(name + name + name + name);
  counted.Look(CheckOpen(open), name);
  EXPECT_EQ(counted.refused, 6);
}

}  // namespace
}  // namespace signaling
