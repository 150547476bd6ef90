// How each kind of server is spoken to: the path, what opens a session, what a frame looks like.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tests/bench/load/corpus.h"

namespace signaling::bench {

enum class Dialect {
  kRelay,   // a room relay: `/?room=&client_id=`, ready once upgraded; the plain format
  kPlain,   // signaling-gateway on `/`: ready at `connected`; the plain format
  kV1,      // signaling-gateway on `/v1`: hello and join, every message numbered and acknowledged
  kPeerJs,  // PeerServer: `/peerjs`, ready at OPEN; every message names its receiver
};

std::optional<Dialect> ParseDialect(std::string_view name);

// Who sends and who receives.
struct Names {
  std::string room;
  std::string self;
  std::string other;
};

std::string Target(Dialect dialect, const Names& names);

// The message with places for its numbers.
std::string Message(Dialect dialect, const Names& names, Kind kind, const Text& text);

}  // namespace signaling::bench
