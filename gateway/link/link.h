// The way to the service as a session sees it: links, each one stream for many sessions. Everything happens on one
// thread, the worker's.
#pragma once

#include <cstddef>
#include <cstdint>

#include "signaling/v1/signaling.pb.h"

namespace signaling::gateway {

// One stream. Stays from Links::Pick until its receivers have heard OnLinkBroken or are unbound.
class Link {
 public:
  class Receiver {
   public:
    virtual ~Receiver() = default;
    // The frame may be changed. After `closed` none follows, and the slot is no longer the receiver's.
    virtual void OnFrame(signaling::v1::DownFrame& frame) = 0;
    // The stream is gone: the slot is no longer the receiver's, and it must not use the link any more. The session waits
    // at the service, to be attached on another link. OnLinkReady follows when there is one.
    virtual void OnLinkBroken() = 0;
    // The stream is going to end, and Links::Pick has another one: the receiver attaches its session there at once, and
    // unbinds this slot, without detach.
    virtual void OnLinkGoesAway() = 0;
  };

  virtual ~Link() = default;

  // A slot for a session; its first frame is `open` or `attach`.
  virtual std::uint32_t Bind(Receiver& receiver) = 0;
  // The receiver sent `detach`, or has attached its session elsewhere, and hears nothing more; the slot is used again
  // when the service has closed it.
  virtual void Unbind(std::uint32_t slot) = 0;

  // An empty frame at the end of what is to be sent; filled in place, then kept by Send or given up by the next call.
  virtual signaling::v1::UpFrame& Next() = 0;
  // Sends that frame. `bytes` is about its size.
  virtual void Send(std::uint32_t slot, std::size_t bytes) = 0;
};

// All links of a worker. Owned by the worker, outlives its sessions.
class Links {
 public:
  virtual ~Links() = default;

  // For a session that has none: of those that take sessions, the one with the fewest. Null: there is none at present.
  virtual Link* Pick() = 0;
};

}  // namespace signaling::gateway
