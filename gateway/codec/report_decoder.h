// What a client says of a set-up, from the fields of its message. `problem` of the check says what a false one lacks.
#pragma once

#include "gateway/codec/field_check.h"
#include "signaling/v1/report.pb.h"

namespace signaling::gateway {

bool DecodeReport(FieldCheck& check, signaling::v1::Report* report);

}  // namespace signaling::gateway
