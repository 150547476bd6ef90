// The limits of the protocol that both processes know. Sizes are in bytes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace signaling {

inline constexpr std::size_t kMaxMessageBytes = std::size_t{64} * 1024;  // one WebSocket message
inline constexpr std::size_t kMaxSdpBytes = std::size_t{64} * 1024;      // one session description
inline constexpr std::size_t kMaxCandidateBytes = 1024;  // one candidate, its tags included
inline constexpr std::size_t kMaxMetadataBytes = std::size_t{4} * 1024;  // keys and values added up
inline constexpr std::size_t kMaxAppMessageBytes =
    std::size_t{16} * 1024;  // `data` of an application's message
inline constexpr std::size_t kMaxTokenBytes = std::size_t{8} * 1024;  // a client's credential
inline constexpr std::uint64_t kMaxClientMessageId = (std::uint64_t{1} << 53) - 1;

inline constexpr std::size_t kMaxAllowedClients = 100;  // ids on an allow-list
inline constexpr std::size_t kMaxRemarkBytes = 256;     // `reason` of a kick or a room's end
inline constexpr std::size_t kMaxKeptCandidates = 64;   // with one offer
inline constexpr std::size_t kMaxKeptCandidateBytes = std::size_t{32} * 1024;  // likewise

// What a sender may have on its way unacknowledged: the receiver's reading stops there.
inline constexpr std::size_t kMaxUnacknowledgedMessages = 64;
inline constexpr std::size_t kMaxUnacknowledgedBytes = std::size_t{128} * 1024;

// One batch of the link.
inline constexpr std::size_t kMaxBatchFrames = 1024;
inline constexpr std::size_t kMaxBatchBytes = std::size_t{512} * 1024;

}  // namespace signaling
