// The way to the service as a session sees it: many sessions, one stream. Everything happens on one thread, the
// worker's. Owned by the worker, outlives its sessions.
#pragma once

#include <cstddef>
#include <cstdint>

#include "signaling/v1/signaling.pb.h"

namespace signaling::gateway {

class Link {
 public:
  class Receiver {
   public:
    virtual ~Receiver() = default;
    // The frame may be changed. After `closed` none follows, and the slot is no longer the receiver's.
    virtual void OnFrame(signaling::v1::DownFrame& frame) = 0;
    // The stream is gone and the service's state of this session with it. The slot is no longer the receiver's.
    virtual void OnLinkBroken() = 0;
  };

  virtual ~Link() = default;

  // The service has greeted: sessions can be opened.
  virtual bool ready() const = 0;

  // A slot for a new session; its first frame is `open`.
  virtual std::uint32_t Bind(Receiver& receiver) = 0;
  // The receiver sent `detach` and hears nothing more; the slot is used again when the service has closed it.
  virtual void Unbind(std::uint32_t slot) = 0;

  // An empty frame at the end of what is to be sent; filled in place, then kept by Send or given up by the next call.
  virtual signaling::v1::UpFrame& Next() = 0;
  // Sends that frame. `bytes` is about its size.
  virtual void Send(std::uint32_t slot, std::size_t bytes) = 0;
};

}  // namespace signaling::gateway
