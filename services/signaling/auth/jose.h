// libjose, whose headers say nothing to C++. What they include is included before, as it does.
#pragma once

#include <jansson.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <cstdarg>
#include <cstddef>
#include <cstdint>

extern "C" {
#include <jose/cfg.h>
#include <jose/jws.h>
#include <jose/openssl.h>
}
