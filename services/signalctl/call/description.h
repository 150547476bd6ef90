// Session descriptions and candidates of a peer that has no media: valid to the letter, so that they go the whole way.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace signaling::ctl {

// One audio section (RFC 8829, section 5), with ICE credentials and a fingerprint of its own.
class Description {
 public:
  Description();

  // `version` goes into the origin line (RFC 8866, section 5.2): two descriptions of one peer differ in it.
  std::string Offer(std::uint64_t version) const { return Sdp(version, "actpass"); }
  std::string Answer(std::uint64_t version) const { return Sdp(version, "active"); }

  // A relayed candidate of a documentation address (RFC 5737), which relay-only rooms let pass unchanged. It is told from others by
  // its number, 1 to 2^31-1, which is its priority (RFC 8839, section 5.1).
  static std::string Candidate(std::uint32_t number);

 private:
  std::string Sdp(std::uint64_t version, std::string_view setup) const;

  std::string session_;
  std::string ufrag_;
  std::string password_;
  std::string fingerprint_;
};

// The numbers in these again; 0 where they are none of ours.
std::uint64_t VersionOf(std::string_view sdp);
std::uint32_t NumberOfCandidate(std::string_view candidate);

}  // namespace signaling::ctl
