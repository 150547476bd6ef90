{{/* Durations that a process refuses at its start. The service's old pod has gone by then, and every session with it. */}}

{{/* Name of a value, or of a flag in config: least, most, as docs/configuration.md has them. "or 0" where that is more than the least. */}}
{{- define "webrtc-signaling.durations" -}}
turn.ttl: [10s, 24h]
gateway.config.timeout: [1s, 24h]
gateway.config.handshake_timeout: [100ms, 24h]
gateway.config.link_flush_interval: ["0", 100ms]
service.config.auth_leeway: ["0", 10m]
service.config.token_notice: ["0", 1h]
service.config.token_grace: ["0", 1h]
service.config.room_empty_timeout: [1s, 24h]
service.config.offer_ttl: [1s, 24h]
service.config.claim_lease: [1s, 5m]
service.config.resume_window: ["0", 10m]
service.config.link_flush_interval: ["0", 100ms]
service.config.max_stream_age: [1s, 24h, or 0]
{{- end }}

{{/* Microseconds of "1m30s"; the days are Prometheus'. */}}
{{- define "webrtc-signaling.microseconds" -}}
{{- $units := dict "ns" 0.001 "us" 1 "ms" 1000 "s" 1000000 "m" 60000000 "h" 3600000000 "d" 86400000000 }}
{{- $sum := 0 }}
{{- range regexFindAll "[0-9.]+[a-z]+" . -1 }}
{{- $sum = addf $sum (mulf (regexFind "^[0-9.]+" . | float64) (get $units (regexFind "[a-z]+$" .))) }}
{{- end }}
{{- $sum | int64 }}
{{- end }}

{{- define "webrtc-signaling.checks.durations" -}}
{{- $problems := list }}
{{- range $name, $range := include "webrtc-signaling.durations" . | fromYaml }}
{{- $value := $.Values }}
{{- range splitList "." $name }}
{{- $value = index ($value | default dict) . }}
{{- end }}
{{- if not (kindIs "invalid" $value) }}
{{- $given := include "webrtc-signaling.microseconds" $value | int64 }}
{{- $least := include "webrtc-signaling.microseconds" (index $range 0) | int64 }}
{{- $most := include "webrtc-signaling.microseconds" (index $range 1) | int64 }}
{{- $orZero := eq (len $range) 3 }}
{{- if and (or (lt $given $least) (gt $given $most)) (not (and $orZero (eq $given 0))) }}
{{- $problems = append $problems (printf "%s: %s has to be %s to %s%s." $name $value (index $range 0) (index $range 1) (ternary ", or 0" "" $orZero)) }}
{{- end }}
{{- end }}
{{- end }}
{{- toJson $problems }}
{{- end }}
