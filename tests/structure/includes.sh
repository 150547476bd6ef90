#!/bin/bash
# Which layer may see what. A rule: files (a pattern for find -path), and the includes that they must not have.
# `rpc` below is gRPC, by its own headers or by stubs that protoc made.
set -euo pipefail
broken=0
rpc='grpc|signaling/v1/[a-z_]+\.grpc'

forbid() {  # WHY FILES INCLUDES
  local files hits
  mapfile -t files < <(find services gateway -path "$2" \( -name '*.h' -o -name '*.cc' \))
  if ((!${#files[@]})); then
    echo "no files match $2: the rule '$1' holds nothing"
    broken=1
    return
  fi
  if hits=$(grep -HnE "^ *# *include *[<\"]($3)" "${files[@]}"); then
    printf '%s:\n%s\n' "$1" "$hits"
    broken=1
  fi
}

forbid 'the rules of a call know no transport and no metrics' 'services/signaling/core/*' "$rpc|boost/(asio|beast)|prometheus/|services/signaling/(auth|engine|rpc)"
forbid 'an engine knows no transport and no metrics' 'services/signaling/engine/*' "$rpc|boost/(asio|beast)|prometheus/|services/signaling/(auth|rpc)"
forbid 'who judges tokens knows no calls' 'services/signaling/auth/*' "$rpc|boost/(asio|beast)|services/signaling/(engine|rpc)"
forbid 'the transport knows the interface of the engine only' 'services/signaling/rpc/*' 'services/signaling/engine/memory'
forbid 'the gateway knows the service by its contract only' 'gateway/*' 'services/signaling/'
forbid 'the service does not know its gateways' 'services/*' 'gateway/'
forbid 'the shared base knows neither process' 'services/common/*' "services/signaling/|gateway/|$rpc"
forbid 'signalctl knows the processes by what they promise, and of the service how tokens are judged' 'services/signalctl/*' 'gateway/|services/signaling/([^/]*\.h|core/|engine/|rpc/)'
forbid 'what speaks to a gateway knows no gRPC' 'services/signalctl/ws/*' "$rpc"
forbid 'no process knows signalctl' 'services/signaling/*' 'services/signalctl/'
forbid 'the gateway does not know signalctl either' 'gateway/*' 'services/signalctl/'
forbid 'nor does the shared base' 'services/common/*' 'services/signalctl/'
forbid 'the codec is text and messages' 'gateway/codec/*' "$rpc|boost/(asio|beast)|prometheus/"
forbid 'the state machine of a connection is pure' 'gateway/ws/session*' "$rpc|boost/beast"

if ((!broken)); then echo "the layers hold"; fi
exit $broken
