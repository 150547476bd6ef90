// The tokens with which one session's client may come back, kept as hashes only: who reads this memory cannot resume.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace signaling {

// Not thread-safe; owned by its session.
class ResumeTokens {
 public:
  // `token` is good from now on, and `shown` stays so until Confirm: the one that the client showed and goes on to hold
  // if this one does not reach it. Empty: none does.
  void Issue(std::string_view token, std::string_view shown);

  // The client has the newest: the one before is void.
  void Confirm() { before_.reset(); }

  bool Match(std::string_view token) const;

 private:
  // Half of a SHA-256: as many bits as a token has.
  using Hash = std::array<unsigned char, 16>;

  static Hash HashOf(std::string_view token);

  std::optional<Hash> newest_;
  std::optional<Hash> before_;
};

}  // namespace signaling
