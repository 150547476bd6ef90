// What real peers sent (tests/sdp) passes, and the relay-only filter leaves none of their addresses.
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "services/signaling/core/ice.h"
#include "services/signaling/core/sdp.h"
#include "services/signaling/core/sdp_filter.h"
#include "tests/sdp/corpus.h"

namespace signaling {
namespace {

// Every spelling of an address that could stand in a description; found with nothing of what the filter uses.
std::set<std::string> AddressesIn(const std::string& text) {
  static const std::regex kAddress(
      R"(([0-9]{1,3}(\.[0-9]{1,3}){3})|([0-9a-fA-F:]*::[0-9a-fA-F:.]*[0-9a-fA-F])|([^ :\r\n]+\.local))");
  std::set<std::string> found;
  for (std::sregex_iterator it(text.begin(), text.end(), kAddress), end; it != end; ++it) {
    found.insert(it->str());
  }
  for (const char* harmless : {"0.0.0.0", "::", "127.0.0.1"}) found.erase(harmless);
  return found;
}

// Without the relays' own addresses, which stay: the fifth word of their candidates.
std::string WithoutRelays(const std::string& text) {
  static const std::regex kRelay(R"((candidate:\S+ \S+ \S+ \S+ )\S+( \S+ typ relay))");
  return std::regex_replace(text, kRelay, "$1$2");
}

std::string Described(const absl::Status& status) { return std::string(status.message()); }

TEST(SdpCorpusTest, EveryPeersDescriptionsPass) {
  const auto descriptions = CapturedDescriptions();
  EXPECT_GE(descriptions.size(), 100U);
  std::set<std::string> peers;
  for (const auto& [name, text] : descriptions) {
    peers.insert(name.substr(0, name.find('/')));
    EXPECT_EQ(Described(CheckSdp(text)), "") << name;
  }
  EXPECT_EQ(peers,
            (std::set<std::string>{"aiortc", "chromium", "gstreamer", "libdatachannel", "werift"}));
}

TEST(SdpCorpusTest, EveryPeersCandidatesPass) {
  const auto candidates = CapturedCandidates();
  EXPECT_GE(candidates.size(), 100U);
  for (const auto& [name, text] : candidates) {
    EXPECT_EQ(Described(CheckCandidate(text)), "") << name;
  }
}

TEST(SdpCorpusTest, OnlyAudioIsWhatItsScenarioSays) {
  for (const auto& [name, text] : CapturedDescriptions()) {
    const std::string scenario = name.substr(name.find('/') + 1);
    const bool audio =
        scenario.starts_with("audio") || scenario.starts_with("empty") ||
        scenario.starts_with("ice_restart") || scenario.starts_with("renegotiation_1") ||
        scenario.starts_with("renegotiation_3") || name == "werift/media_apart.answer.sdp";
    EXPECT_EQ(HasOnlyAudio(text), audio) << name;
  }
}

TEST(SdpCorpusTest, RelayOnlyLeavesNoAddress) {
  std::size_t addresses = 0;
  for (const auto& [name, text] : CapturedDescriptions()) {
    const std::string filtered = RelayOnlySdp(text);
    EXPECT_EQ(Described(CheckSdp(filtered)), "") << name;
    EXPECT_EQ(RelayOnlySdp(filtered), filtered) << name;
    EXPECT_EQ(filtered.find("typ host"), std::string::npos) << name;
    EXPECT_EQ(filtered.find("typ srflx"), std::string::npos) << name;
    const std::string rest = WithoutRelays(filtered);
    EXPECT_EQ(AddressesIn(rest), std::set<std::string>()) << name;
    for (const std::string& address : AddressesIn(text)) {
      ++addresses;
      EXPECT_EQ(rest.find(address), std::string::npos) << name;
    }
  }
  EXPECT_GE(addresses, 200U);
}

TEST(SdpCorpusTest, RelayOnlyKeepsTheRest) {
  const auto touched = [](const std::string& line) {
    return line.starts_with("o=") || line.starts_with("c=") || line.starts_with("m=") ||
           line.starts_with("a=rtcp:") || line.starts_with("a=candidate:");
  };
  const auto untouched = [&](const std::string& text) {
    std::istringstream lines(text);
    std::string kept;
    for (std::string line; std::getline(lines, line);) {
      if (!touched(line)) kept += line + '\n';
    }
    return kept;
  };
  for (const auto& [name, text] : CapturedDescriptions()) {
    EXPECT_EQ(untouched(RelayOnlySdp(text)), untouched(text)) << name;
  }
}

TEST(SdpCorpusTest, RelayOnlyCandidates) {
  std::size_t relays = 0;
  for (auto& [name, text] : CapturedCandidates()) {
    const bool relay = text.find(" typ relay") != std::string::npos;
    std::string filtered = text;
    ASSERT_EQ(RelayOnlyCandidate(&filtered), relay) << name;
    if (!relay) continue;
    ++relays;
    EXPECT_EQ(Described(CheckCandidate(filtered)), "") << name;
    EXPECT_EQ(AddressesIn(WithoutRelays(filtered)), std::set<std::string>()) << name;
    std::string again = filtered;
    EXPECT_TRUE(RelayOnlyCandidate(&again));
    EXPECT_EQ(again, filtered) << name;
  }
  EXPECT_GE(relays, 10U);
}

// Addresses of the corpus, spelt in every way, put into every line that takes free text.
TEST(SdpCorpusTest, RelayOnlyFindsPlantedAddresses) {
  std::size_t peers = 0;
  for (const auto& [name, text] : CapturedDescriptions()) {
    if (!name.ends_with("/audio.offer.sdp")) continue;
    ++peers;
    for (const char* spelling :
         {"192.0.2.10", "2001:db8::10", "2001:0db8:0000:0000:0000:0000:0000:0010",
          "2001:DB8:0:0::10", "::ffff:192.0.2.10", "::FFFF:C000:020A", "[2001:db8::10]:80",
          "fe80::a:10%eth0", "machine.local", "5e0a2b8c-8f0a-4d1e-9d3c-0b1f7f1f3c11.local"}) {
      const std::string planted = text + "a=x-first:" + spelling + "\r\na=x-words:a " + spelling +
                                  " b\r\na=x-pair:key=" + spelling +
                                  ";b\r\na=ssrc:1 cname:" + spelling + "\r\n";
      ASSERT_EQ(Described(CheckSdp(planted)), "") << name;
      const std::string filtered = WithoutRelays(RelayOnlySdp(planted));
      EXPECT_EQ(filtered.find(spelling), std::string::npos) << name << ' ' << spelling;
      EXPECT_EQ(AddressesIn(filtered), std::set<std::string>()) << name << ' ' << spelling;
    }
  }
  EXPECT_EQ(peers, 5U);
}

}  // namespace
}  // namespace signaling
