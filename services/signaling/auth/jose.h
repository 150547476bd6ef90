// libjose, whose headers say nothing to C++. What they include is included before, as it does.
#pragma once

#include <jansson.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <memory>

extern "C" {
#include <jose/cfg.h>
#include <jose/jws.h>
#include <jose/openssl.h>
}

#include "services/common/free_with.h"

namespace signaling::auth {

using JoseConfig = std::unique_ptr<jose_cfg_t, FreeWith<jose_cfg_decref>>;

// libjose writes to standard error what it does not like, unless told otherwise.
inline JoseConfig QuietJose() {
  JoseConfig config(jose_cfg());
  if (config) {
    jose_cfg_set_err_func(
        config.get(), [](void*, const char*, int, std::uint64_t, const char*, va_list) {}, nullptr);
  }
  return config;
}

}  // namespace signaling::auth
