// Owning what a C library hands out: std::unique_ptr<BIO, FreeWith<BIO_free_all>>.
#pragma once

namespace signaling {

template <auto kFree>
struct FreeWith {
  template <typename T>
  void operator()(T* object) const {
    kFree(object);
  }
};

}  // namespace signaling
